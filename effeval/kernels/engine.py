"""The papermill engine that runs notebooks in forked kernels."""

from typing import Any

from papermill.engines import NBClientEngine, NotebookExecutionManager

from effeval.kernels.provisioner import Zygote, manager_of


class ForkEngine(NBClientEngine):
    """papermill's own engine, with another way to start a kernel; ``shutdown_kernel`` is "immediate" unless given."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, zygote: Zygote, **kwargs: Any
    ) -> Any:
        """Run the notebook; ReportError if the zygote has died."""
        options = {"shutdown_kernel": "immediate"} | kwargs
        try:
            return super().execute_managed_notebook(
                nb_man, kernel_name, kernel_manager_class=manager_of(zygote), **options
            )
        except RuntimeError:  # so nbclient says that a kernel died
            zygote.check()
            raise
