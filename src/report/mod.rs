//! What a person or a machine sees: diffs, findings, summaries.
