//! hyper's tasks, owned by the process's lifecycle.

use crate::shutdown::Lifecycle;

/// Spawns what hyper asks for as work of a [`Lifecycle`].
#[derive(Clone, Debug)]
pub(crate) struct Owned {
    lifecycle: Lifecycle,
    name: &'static str,
}

impl Owned {
    pub(crate) fn new(lifecycle: Lifecycle, name: &'static str) -> Self {
        Self { lifecycle, name }
    }
}

impl<F> hyper::rt::Executor<F> for Owned
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, task: F) {
        self.lifecycle.spawn_work(self.name, async move {
            task.await;
        });
    }
}
