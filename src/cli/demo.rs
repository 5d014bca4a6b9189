//! `letopis demo`: the whole way on the sample school, from a folder of tables to two verified archive copies.

use super::archive::{Bar, say_report};
use super::called::ME;
use super::typed::quoted;
use super::{advice, print, screen};
use crate::error::Result;
use crate::school::{RECORDS, counted, format_date};
use crate::work::demo::{self, Step};
use crate::work::serving::Server;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Args)]
pub struct Demo {
    /// Папка, в которой всё будет создано
    #[arg(value_name = "ПАПКА")]
    dir: PathBuf,
}

impl Demo {
    pub fn run(self, server: Server) -> Result<ExitCode> {
        let (started, bar) = (Instant::now(), Bar::new());
        let mut told = |step: &Step| {
            bar.finish();
            say(started, step);
        };
        let done = demo::run(&self.dir, &bar, &mut told);
        bar.finish();
        let demo::Done { whole, way_in } = done?;
        let settings = self.dir.join(demo::SETTINGS);
        (server.certify)(&settings, false)?;
        println!("\nСоздано в «{}»:", self.dir.display());
        for (name, what) in [
            ("journal.letopis", "журнал"),
            ("keys/", "ключи без паролей: только для пробы, в школе каждый ключ закрыт паролем"),
            ("recovery.txt", "ключ восстановления архива: в школе печатается и уходит в сейф"),
            ("emergency.txt", "аварийный ключ: в школе печатается и уходит в сейф отдельно"),
            ("print/", "книги классов, реестры (PDF/A-2u), ведомости и акт об архиве (PDF/A-2a, PDF/UA-1)"),
            ("slips/", "листки доступа к дневнику и листки недели: их разрезают и раздают"),
            ("usb-1/, usb-2/", "две архивные копии; здесь это папки одного диска, в школе — две флешки"),
            ("serve.toml", "настройки школьного сервера, рядом его сертификат"),
        ] {
            println!("  {name:16} {what}");
        }
        println!("Дневник для родителей: {ME} serve --config {}", quoted(&settings.display().to_string()));
        if let Some((link, name)) = way_in {
            println!("Листок доступа выдан одному родителю ({name}): когда сервер отвечает, откройте {link}");
        }
        println!("Всего {:.1} с.", started.elapsed().as_secs_f64());
        Ok(ExitCode::from(u8::from(!whole)))
    }
}

/// Says what was done, with the time since the start.
fn say(started: Instant, step: &Step) {
    let at = |what: &str| println!("[{:5.1} с] {what}", started.elapsed().as_secs_f64());
    match step {
        Step::Founded { journal } => at(&format!("журнал заведён, номер {journal}")),
        Step::Imported { classes, recorded, warnings } => {
            let classes = classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            at(&format!("перенесён год классов {classes}: записей {recorded}"));
            warnings.iter().for_each(|warning| screen::warning(&advice::warning(warning)));
        }
        Step::Confirmed(count) => at(&format!("второе лицо (завуч) подтвердило чрезвычайные записи: {count}")),
        Step::Enrolled(logins) => at(&format!("внесены ключи: {}", logins.join(", "))),
        Step::Marked { at: lesson, pupil, seq } => {
            let (course, day) = (&lesson.course, format_date(lesson.date));
            let what = format!("{course}, {day}, {}", pupil.surname_given());
            at(&format!("учитель поставил отметку: {what}, запись № {seq}"));
        }
        Step::Refused(refused) => at(&format!("поздняя отметка отклонена: {}", refused.message())),
        Step::Issued(issued) => {
            let pages: usize = issued.iter().map(|document| document.pages).sum();
            at(&format!("выдано документов: {}, страниц: {pages}", issued.len()));
            issued.iter().for_each(print::say);
        }
        Step::CodeHolds(typed) => at(&format!("код с бумаги «{typed}» верен, повторная печать дала тот же файл")),
        Step::Archived(made) => {
            at("архив создан");
            super::archive::say(made);
        }
        Step::ActIssued(issued) => issued.iter().for_each(print::say),
        Step::Verified(folder, report) => say_report(folder, report),
        Step::CopiesHold(whole) => at(if *whole {
            "обе копии целы и подлинны"
        } else {
            "копии повреждены"
        }),
        Step::Audited { entries } => at(&format!("журнал проверен: {}, всё сходится", counted(*entries, RECORDS))),
    }
}
