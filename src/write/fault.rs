//! Faults for tests: the n-th call that changes something fails, or the program ends there as if
//! it were killed. A plan holds for the thread that made it.

use std::cell::RefCell;
use std::io::{Error, Result, Write};
use std::path::Path;

use super::disk::Call;

/// What happens instead of a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// It fails with this error number.
    Error(i32),
    /// A write stops after some bytes, for the disk is full; any other call fails for that reason.
    Half,
    /// It does nothing, and nor does any later one: what a kill leaves.
    Die,
}

/// Looks at each call before it is made; may change the world, or make the call fail.
type Hook = Box<dyn FnMut(usize, Call, &Path) -> Option<Fault>>;

#[derive(Default)]
struct Plan {
    faults: Vec<(usize, Fault)>,
    hook: Option<Hook>,
    calls: usize,
    dead: bool,
}

thread_local! {
    static PLAN: RefCell<Plan> = RefCell::new(Plan::default());
}

/// The disk is full.
pub(super) const ENOSPC: i32 = 28;

/// Does some work with faults at some calls, which are counted from 1; returns how many calls were
/// made as well.
pub(super) fn with<T>(faults: &[(usize, Fault)], work: impl FnOnce() -> T) -> (T, usize) {
    run(Plan { faults: faults.to_vec(), ..Plan::default() }, work)
}

/// Does some work and has each call looked at before it is made.
pub(super) fn watched<T>(
    hook: impl FnMut(usize, Call, &Path) -> Option<Fault> + 'static,
    work: impl FnOnce() -> T,
) -> (T, usize) {
    run(Plan { hook: Some(Box::new(hook)), ..Plan::default() }, work)
}

fn run<T>(plan: Plan, work: impl FnOnce() -> T) -> (T, usize) {
    PLAN.set(plan);
    let result = work();
    (result, PLAN.take().calls)
}

/// Stands before each call that changes something.
pub(super) fn before(call: Call, path: &Path) -> Result<()> {
    let (number, planned, hook) = PLAN.with_borrow_mut(|plan| {
        plan.calls += 1;
        let number = plan.calls;
        let planned = plan.faults.iter().find(|(at, _)| *at == number).map(|(_, fault)| *fault);
        (number, planned, plan.hook.take())
    });
    // The hook may do anything, so it does not find the plan in use.
    let hooked = hook.and_then(|mut hook| {
        let fault = hook(number, call, path);
        PLAN.with_borrow_mut(|plan| plan.hook = Some(hook));
        fault
    });
    let fault = PLAN.with_borrow_mut(|plan| {
        let fault = if plan.dead { Some(Fault::Die) } else { planned.or(hooked) };
        plan.dead |= matches!(fault, Some(Fault::Die));
        fault
    });
    fault.map_or(Ok(()), |fault| Err(fail(fault, call, path)))
}

fn fail(fault: Fault, call: Call, path: &Path) -> Error {
    if matches!(fault, Fault::Half) && call == Call::Write {
        let file = std::fs::OpenOptions::new().append(true).open(path);
        let _ = file.and_then(|mut file| file.write_all(b"ol"));
    }
    match fault {
        Fault::Error(number) => Error::from_raw_os_error(number),
        Fault::Half => Error::from_raw_os_error(ENOSPC),
        Fault::Die => Error::other("killed"),
    }
}
