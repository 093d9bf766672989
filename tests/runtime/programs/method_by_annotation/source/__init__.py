from .hub import HubSource, make_source
