//! A stick's desk hands over to the school's server by itself, beside whoever works at it: soon after something was recorded, and
//! every minute. Nobody waits for it; what it came to stands at the page's foot and in «Не передано».

use super::Desk;
use super::views::Views;
use crate::away::exchange::{Code, Fault};
use crate::away::wire::Wire;
use crate::error::{Error, Result};
use crate::school::{RECORDS, counted};
use crate::work::sticks::at_work::Hand;
use crate::work::sticks::handing::{Brought, Outgoing};
use chrono::{DateTime, FixedOffset};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How often it is looked whether something was recorded.
const GLANCE: Duration = Duration::from_millis(300);
/// What is typed in one go is handed over in one go: so long after the last of it,
const SETTLED: Duration = Duration::from_millis(1500);
/// but no longer than this after the first.
const AT_LAST: Duration = Duration::from_secs(10);
/// How often it is asked what others have recorded.
const EVERY: Duration = Duration::from_secs(60);

/// A base larger than this, of whoever sees the whole school, is not written for what others record
const LARGE: u64 = 2 * 1024 * 1024;
/// but so often: a carrier wears out.
const SELDOM: Duration = Duration::from_secs(15 * 60);

/// How a stick stands with the school's server.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// When it answered last, by the school's clock.
    handed: Option<DateTime<FixedOffset>>,
    /// What it came to the last time, where that is not well.
    fault: Option<Fault>,
    /// What is to be looked at beside it.
    told: Vec<String>,
}

/// The same, as the desk and whoever sits at it see it.
pub type Shared = Arc<Mutex<State>>;

/// What the foot of a page says of handing over, with so many entries that wait.
pub fn in_words(state: &Shared, waiting: u64) -> Option<String> {
    state.lock().unwrap_or_else(PoisonError::into_inner).in_words(waiting)
}

impl State {
    /// Said of a stick with so many entries that wait: «передано 12:40». Nothing before the first answer.
    pub fn in_words(&self, waiting: u64) -> Option<String> {
        let handed = self.handed.map(|at| format!("передано {}", at.format("%H:%M")));
        let now = match &self.fault {
            Some(fault) if fault.fault == Code::Unreachable && waiting > 0 => {
                Some("школьный сервер недоступен, записи ждут на носителе".to_owned())
            }
            Some(fault) if fault.fault == Code::Unreachable => Some("школьный сервер недоступен".to_owned()),
            Some(fault) => Some(fault.text.clone()),
            None => None,
        };
        let told = self.told.iter().cloned();
        let all: Vec<String> = now.into_iter().chain(told).chain(handed).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// Begins to hand over what is recorded at a desk, as long as there is one.
///
/// # Errors
/// No thread to be had.
pub fn start(desk: &Arc<Desk>) -> std::io::Result<()> {
    let mut watch = Watch { desk: Arc::downgrade(desk), seen: None, tried: None, recorded: None, renewed: None };
    let started = std::thread::Builder::new().name("handing".to_owned()).spawn(move || {
        while watch.look() {
            std::thread::sleep(GLANCE);
        }
    });
    started.map(drop)
}

/// Whoever watches what is recorded.
struct Watch {
    desk: Weak<Desk>,
    /// How far the strand went when it was looked at last.
    seen: Option<u64>,
    /// When it was tried last.
    tried: Option<Instant>,
    /// When the first and the last were recorded that were not tried to hand over since.
    recorded: Option<(Instant, Instant)>,
    /// When what others have recorded was asked for last.
    renewed: Option<Instant>,
}

impl Watch {
    /// Looks once; false where the desk is no more.
    fn look(&mut self) -> bool {
        let Some(desk) = self.desk.upgrade() else { return false };
        let Some((hand, number)) = desk.at_hand() else {
            (self.seen, self.tried, self.renewed) = (None, None, None);
            return true;
        };
        let now = Instant::now();
        if self.seen.replace(number).is_some_and(|seen| seen != number) {
            self.recorded = Some((self.recorded.map_or(now, |(first, _)| first), now));
        }
        let settled = self
            .recorded
            .is_some_and(|(first, last)| now.duration_since(last) >= SETTLED || now.duration_since(first) >= AT_LAST);
        if settled || self.tried.is_none_or(|tried| now.duration_since(tried) >= EVERY) {
            (self.tried, self.recorded) = (Some(now), None);
            let with_others =
                hand.bytes() <= LARGE || self.renewed.is_none_or(|renewed| now.duration_since(renewed) >= SELDOM);
            if with_others {
                self.renewed = Some(now);
            }
            desk.hand_over(&hand, with_others);
        }
        true
    }
}

impl Desk {
    /// The stick that is worked on, and how far its strand goes; nothing where none is, or it knows no server.
    fn at_hand(&self) -> Option<(Hand, u64)> {
        let sitting = self.sitting.lock().unwrap_or_else(PoisonError::into_inner);
        let seat = &sitting.as_ref()?.seat;
        let hand = seat.hand.clone().filter(Hand::knows_server)?;
        Some((hand, seat.journal.strand_tip()?.1.number))
    }

    /// Hands over what waits and brings what comes of it.
    fn hand_over(&self, hand: &Hand, with_others: bool) {
        let came = self.exchanged(hand, with_others);
        let mut state = self.handing.lock().unwrap_or_else(PoisonError::into_inner);
        match came {
            Ok(None) => {}
            Ok(Some(brought)) => {
                state.handed = brought.at;
                state.fault = None;
                state.told = told(&brought);
            }
            Err(fault) => state.fault = Some(fault),
        }
    }

    fn exchanged(&self, hand: &Hand, with_others: bool) -> std::result::Result<Option<Brought>, Fault> {
        let broken = |error: Error| Fault::new(Code::Failed, error.message());
        let Some(outgoing) = self.taken_from(hand, Hand::outgoing).map_err(broken)? else { return Ok(None) };
        let mut wire = Wire::to(outgoing.server())?;
        let mut brought = outgoing.exchange(&mut wire, with_others)?;
        if brought.lacks
            && let Some(all) = self.taken_from(hand, Hand::all_kept).map_err(broken)?
        {
            brought = all.exchange(&mut wire, with_others)?;
        }
        self.bring(hand, &brought).map_err(broken)?;
        Ok(Some(brought))
    }

    /// Takes something from the stick while nobody records on it.
    fn taken_from(&self, hand: &Hand, take: fn(&Hand) -> Result<Option<Outgoing>>) -> Result<Option<Outgoing>> {
        let _sitting = self.sitting.lock().unwrap_or_else(PoisonError::into_inner);
        take(hand)
    }

    /// Goes on with the stick as it was renewed, where it is worked on still. Whoever reads meanwhile does not wait for the carrier.
    fn bring(&self, hand: &Hand, brought: &Brought) -> Result<()> {
        if brought.is_nothing() {
            return Ok(());
        }
        hand.take(brought)?;
        let mut sitting = self.sitting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(there) = sitting.as_mut().filter(|there| there.seat.hand.as_ref().is_some_and(|at| at.is(hand)))
        else {
            return Ok(());
        };
        there.seat.journal = hand.journal()?;
        if brought.met.iter().any(|met| !met.refused.is_empty()) {
            // What was refused stands there no more, though the number of records is the same.
            there.views = Views::default();
        }
        Ok(())
    }
}

/// What is to be looked at after a hand-over.
fn told(brought: &Brought) -> Vec<String> {
    let refused = brought.met.iter().filter(|met| !met.before && !met.refused.is_empty()).count() as u64;
    let refused = (refused > 0).then(|| format!("отклонено: {}", counted(refused, RECORDS)));
    let stopped = brought.stopped.as_ref().map(|stop| stop.text.clone());
    let closed = brought.closed.as_ref().map(|end| end.why.in_words().to_owned());
    let faults = brought.faults().into_iter().map(|error| error.message().to_owned());
    refused.into_iter().chain(stopped).chain(closed).chain(faults).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_foot_says_when_it_was_handed_over_and_what_keeps_the_rest() {
        let mut state = State::default();
        assert_eq!(state.in_words(2), None);
        state.fault = Some(Fault::new(Code::Unreachable, "школьный сервер недоступен: он не отвечает"));
        assert_eq!(state.in_words(2).unwrap(), "школьный сервер недоступен, записи ждут на носителе");
        assert_eq!(state.in_words(0).unwrap(), "школьный сервер недоступен");
        state.handed = Some("2025-09-15T12:40:31+03:00".parse().unwrap());
        assert_eq!(state.in_words(0).unwrap(), "школьный сервер недоступен; передано 12:40");
        (state.fault, state.told) = (None, vec!["отклонено: 1 запись".to_owned()]);
        assert_eq!(state.in_words(0).unwrap(), "отклонено: 1 запись; передано 12:40");
        state.fault = Some(Fault::new(Code::Revoked, "ключ отозван"));
        assert!(state.in_words(1).unwrap().starts_with("ключ отозван; "));
    }
}
