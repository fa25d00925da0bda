"""What a file of tasks is checked by: the input of a project, and the answers that its people may start from."""

from __future__ import annotations

from taskyard.domain.projects import Flow, InputChecker, Prefills


class FlowChecker(InputChecker):
    """The checker of a flow's input that knows the flow's steps as well."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(dict(flow.input_schema))
        self.flow = flow
        self.prefills = Prefills(flow)
