"""The papermill engine that runs notebooks in forked kernels."""

from typing import Any

from papermill.engines import NBClientEngine, NotebookExecutionManager

from effeval.kernels.provisioner import Zygote, manager_of


class ForkEngine(NBClientEngine):
    """papermill's own engine, with another way to start a kernel; ``shutdown_kernel`` is "immediate" unless given."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        zygote: Zygote,
        rescued: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Run the notebook; ReportError if the zygote has died. A broken one is written to `rescued` as far as it got."""
        options = {"shutdown_kernel": "immediate"} | kwargs
        try:
            return super().execute_managed_notebook(
                nb_man, kernel_name, kernel_manager_class=manager_of(zygote), **options
            )
        except Exception as error:
            if rescued is not None:
                nb_man.output_path = rescued
                nb_man.save()
            if isinstance(error, RuntimeError):  # so nbclient says that a kernel died
                zygote.check()
            raise
