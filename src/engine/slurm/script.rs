//! The batch script of an array.

use std::fmt::Write as _;
use std::path::Path;

use super::Slurm;
use crate::engine::Error;

/// Where tasks say what they have to say, beside the cells.
pub const LOGS: &str = "cells/logs";

/// What stands before the command where the user gives no template.
const TEMPLATE: &str = "\
#!/bin/bash
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=01:00:00
";

/// The user's template, or ours, with the worker's command at its end.
pub fn script(slurm: &Slurm, run: &Path, tasks: usize, cells: usize) -> Result<String, Error> {
    let mut script = match &slurm.template {
        Some(path) => std::fs::read_to_string(path)
            .map_err(|source| Error::Read { path: path.clone(), source })?,
        None => TEMPLATE.to_owned(),
    };
    if let (Some(path), false) = (&slurm.template, script.starts_with("#!")) {
        return Err(Error::Ticket {
            path: path.clone(),
            reason: "a batch script begins with `#!`, as in `#!/bin/bash`".to_owned(),
        });
    }
    if !script.ends_with('\n') {
        script.push('\n');
    }
    let _ = write!(
        script,
        "\n# Task t of {tasks} runs cells t, t + {tasks}, t + {} and so on.\n\
         exec {} run-cells {} \"$SLURM_ARRAY_TASK_ID-{}:{tasks}\" --jobs \"${{SLURM_CPUS_PER_TASK:-1}}\"\n",
        2 * tasks,
        quoted(&slurm.program),
        quoted(run),
        // A range may end beyond the last cell, but not before its first.
        cells.max(tasks) - 1,
    );
    Ok(script)
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Slurm, script};

    #[test]
    fn the_command_follows_the_template_and_paths_are_one_word() {
        let folder = tempfile::tempdir().unwrap();
        let template = folder.path().join("short.sh");
        std::fs::write(&template, "#!/bin/sh\n#SBATCH --partition=short\nmodule load x").unwrap();
        let slurm = Slurm {
            template: Some(template.clone()),
            chunk: None,
            at_once: None,
            resubmit: 1,
            program: "/opt/cross fold".into(),
        };
        let text = script(&slurm, Path::new("/data/it's"), 4, 10).unwrap();
        assert_eq!(
            text,
            "#!/bin/sh\n#SBATCH --partition=short\nmodule load x\n\n\
             # Task t of 4 runs cells t, t + 4, t + 8 and so on.\n\
             exec '/opt/cross fold' run-cells '/data/it'\\''s' \"$SLURM_ARRAY_TASK_ID-9:4\" \
             --jobs \"${SLURM_CPUS_PER_TASK:-1}\"\n"
        );
        std::fs::write(&template, "echo").unwrap();
        assert!(script(&slurm, Path::new("/data"), 4, 10).is_err());
    }
}
