"""The print queue: letters for whom no mail reaches, and who puts them in the post."""

from __future__ import annotations

from mailagent.config.fields import Name, OptionalAddress, Part


class PrintingSettings(Part):
    """Letters on paper; without this section a human writes them. `return_address` stands above the address
    in the window, in one line; `printer` gets each batch by mail, "" for the coordinator."""

    return_address: Name
    printer: OptionalAddress = ""
