//! Putting new bytes on disk so that nothing is ever lost: temporary files, a journal, undo.
