//! Completions and manual pages, held against the programs that read them.

use crate::common::peers;
use crate::common::school::LETOPIS;
use std::path::Path;

fn letopis(dir: &Path, args: &[&str]) -> String {
    let output = peers::run(LETOPIS, args, dir);
    assert_eq!(output.code, Some(0), "{output}");
    output.stdout
}

#[test]
fn bash_completes_commands_and_options_by_their_names_in_both_languages() {
    let Some(bash) = peers::require("bash") else { return };
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("letopis.bash"), letopis(dir.path(), &["completions", "bash"])).unwrap();
    let checked = bash.run(["-n", "letopis.bash"], dir.path());
    assert!(checked.code == Some(0) && checked.stderr.is_empty(), "{checked}");
    let complete = |words: &[&str]| -> Vec<String> {
        let (last, before) = words.split_last().unwrap();
        let script = format!(
            "source letopis.bash; COMP_WORDS=({}); COMP_CWORD={}; _letopis letopis '{last}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
            words.len() - 1,
            before.last().unwrap_or(&"")
        );
        let output = bash.run(["-c", &script], dir.path());
        assert!(output.code == Some(0) && output.stderr.is_empty(), "{output}");
        output.stdout.lines().map(str::to_owned).collect()
    };
    assert_eq!(complete(&["letopis", "ma"]), ["mark", "man"]);
    assert_eq!(complete(&["letopis", "отм"]), ["отметка"]);
    assert_eq!(complete(&["letopis", "mark", "s"]), ["set"]);
    assert_eq!(complete(&["letopis", "отметка", "set", "--wo"]), ["--work"]);
}

#[test]
fn the_scripts_of_zsh_and_fish_know_every_command() {
    for (shell, starts) in [("zsh", "#compdef letopis"), ("fish", "")] {
        let dir = tempfile::tempdir().unwrap();
        let script = letopis(dir.path(), &["completions", shell]);
        assert!(script.starts_with(starts), "{shell}");
        for command in letopis::cli::commands().get_subcommands() {
            assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
        }
        std::fs::write(dir.path().join("script"), &script).unwrap();
        let Some(peer) = peers::require(shell) else { continue };
        let checked = peer.run(["-n", "script"], dir.path());
        assert!(checked.code == Some(0) && checked.stderr.is_empty(), "{checked}");
    }
}

#[test]
fn every_command_has_a_manual_page_that_is_set_without_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    letopis(dir.path(), &["man", "pages"]);
    let mut pages: Vec<_> =
        std::fs::read_dir(dir.path().join("pages")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    assert!(pages.len() > 80, "{} pages", pages.len());
    let page = std::fs::read_to_string(dir.path().join("pages/letopis-mark-set.1")).unwrap();
    for heading in [".SH НАЗВАНИЕ", ".SH ОБЗОР", ".SH ОПИСАНИЕ", ".SH ПАРАМЕТРЫ"] {
        assert!(page.contains(heading), "{heading} is missing in\n{page}");
    }
    for path in &pages {
        let page = std::fs::read_to_string(path).unwrap();
        let english = page.lines().find(|line| line.starts_with(".SH ") && line[4..].is_ascii());
        assert_eq!(english, None, "{}", path.display());
    }
    let Some(groff) = peers::require("groff") else { return };
    for path in &pages {
        let set = groff.run(["-man", "-Kutf8", "-Tutf8", "-ww", "-z", &path.display().to_string()], dir.path());
        assert!(set.code == Some(0) && set.stderr.is_empty(), "{set}");
    }
}

#[test]
fn a_reader_who_goes_away_ends_no_command_and_a_full_disk_is_said() {
    let Some(sh) = peers::require("sh") else { return };
    let dir = tempfile::tempdir().unwrap();
    let run = |script: &str| sh.run(["-c", &script.replace("letopis", LETOPIS)], dir.path());
    // A closed pipe, both of standard output and of standard error; the writer is given time to meet it.
    for command in
        ["letopis completions bash", "letopis layout show class-book", "letopis layout show --json", "letopis x"]
    {
        let said =
            run(&format!("{{ {{ sleep 0.2; {command}; }} 2>&1; echo $? >status; }} | true; sleep 0.6; cat status"));
        let status = if command == "letopis x" { "2" } else { "0" };
        assert_eq!((said.stdout.trim(), said.stderr.as_str()), (status, ""), "{command}: {said}");
    }
    for command in ["letopis completions bash", "letopis layout show --json"] {
        let said = run(&format!("{command} >/dev/full"));
        assert_eq!(said.code, Some(2), "{said}");
        assert!(said.stderr.contains("не удалось записать «стандартный вывод»: на диске нет места"), "{said}");
    }
}
