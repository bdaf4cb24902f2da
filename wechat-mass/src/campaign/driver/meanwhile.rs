//! Something useful while an answer is awaited.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Awaits the first; while it waits, the second is done. What else has to be done for the first, by other tasks of
/// the same thread, comes before the second.
pub(super) async fn meanwhile<A: Future, B>(
    first: A,
    second: impl FnOnce() -> B,
) -> (A::Output, Option<B>) {
    let mut first = pin!(first);
    let (mut second, mut done, mut begun) = (Some(second), None, false);
    poll_fn(|context| {
        if let Poll::Ready(ended) = first.as_mut().poll(context) {
            return Poll::Ready((ended, done.take()));
        }
        if !begun {
            begun = true;
            context.waker().wake_by_ref();
        } else if let Some(second) = second.take() {
            done = Some(second());
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    use std::task::{Context, Waker};

    use tokio::sync::oneshot;

    use super::*;

    /// Ready when it is polled for the `polls`-th time.
    fn after(mut polls: u32) -> impl Future<Output = u32> {
        poll_fn(move |_| {
            polls -= 1;
            if polls == 0 { Poll::Ready(7) } else { Poll::Pending }
        })
    }

    fn run<A: Future, B>(first: A, second: impl FnOnce() -> B) -> (A::Output, Option<B>) {
        let mut both = pin!(meanwhile(first, second));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..10 {
            if let Poll::Ready(ended) = both.as_mut().poll(&mut context) {
                return ended;
            }
        }
        panic!("it does not end");
    }

    #[test]
    fn the_second_is_done_while_the_first_waits() {
        assert_eq!(run(after(4), || 2), (7, Some(2)));
        assert_eq!(run(ready(1), || 2), (1, None), "there was nothing to wait for");
    }

    /// On one thread a request is written by another task than that which awaits its answer.
    #[tokio::test]
    async fn another_task_of_the_first_comes_before_the_second() {
        let (ask, asked) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        let written = Arc::new(AtomicBool::new(false));
        let by_another = Arc::clone(&written);
        tokio::spawn(async move { by_another.store(asked.await.is_ok(), Relaxed) });
        let first = async {
            ask.send(()).unwrap();
            answered.await.unwrap();
        };
        let second = || {
            let was_written = written.load(Relaxed);
            answer.send(()).unwrap();
            was_written
        };
        assert_eq!(meanwhile(first, second).await, ((), Some(true)));
    }
}
