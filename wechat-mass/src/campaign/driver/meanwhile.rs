//! Something useful while an answer is awaited.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Awaits the first; while it waits, the second goes on, and is dropped where it stands when the first
/// has ended.
pub(super) async fn meanwhile<A: Future, B: Future>(
    first: A,
    second: B,
) -> (A::Output, Option<B::Output>) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let mut done = None;
    poll_fn(|context| {
        if let Poll::Ready(ended) = first.as_mut().poll(context) {
            return Poll::Ready((ended, done.take()));
        }
        if done.is_none()
            && let Poll::Ready(ended) = second.as_mut().poll(context)
        {
            done = Some(ended);
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::task::{Context, Waker};

    use super::*;

    /// Ready when it is polled for the `polls`-th time.
    fn after(mut polls: u32) -> impl Future<Output = u32> {
        poll_fn(move |_| {
            polls -= 1;
            if polls == 0 { Poll::Ready(7) } else { Poll::Pending }
        })
    }

    fn run<A: Future, B: Future>(first: A, second: B) -> (A::Output, Option<B::Output>) {
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
    fn the_second_goes_on_while_the_first_waits() {
        assert_eq!(run(after(3), after(2)), (7, Some(7)));
        assert_eq!(run(after(3), pending::<()>()), (7, None));
        assert_eq!(run(ready(1), ready(2)), (1, None), "there was nothing to wait for");
    }
}
