//! The languages of CDK apps, and their differences other than the code.

/// A language for apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// TypeScript.
    Typescript,
    /// Python.
    Python,
}

impl Language {
    /// Its name as a value of `--cdk`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    pub(super) fn facts(self) -> Facts {
        match self {
            Self::Typescript => Facts {
                name: "typescript",
                title: "TypeScript",
                command: "npx tsc && node bin/app.js",
                setup: "Node 20 and `npm ci`",
                ignored: "node_modules/\n*.js\n",
            },
            Self::Python => Facts {
                name: "python",
                title: "Python",
                command: "python3 app.py",
                setup: "Node 20 and, in a virtual environment, `pip install -r requirements.txt`",
                ignored: ".venv/\n__pycache__/\n",
            },
        }
    }
}

/// What differs between the languages, other than the code.
pub(super) struct Facts {
    name: &'static str,
    pub(super) title: &'static str,
    /// The command that runs the app; `cdk` runs it in the app's directory.
    pub(super) command: &'static str,
    pub(super) setup: &'static str,
    /// The content of its `.gitignore`.
    pub(super) ignored: &'static str,
}
