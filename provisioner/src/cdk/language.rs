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
    /// All languages.
    pub const ALL: [Self; 2] = [Self::Typescript, Self::Python];

    /// Its name as a value of `--cdk`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Typescript => "typescript",
            Self::Python => "python",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Typescript => "TypeScript",
            Self::Python => "Python",
        }
    }

    /// The command that runs the app; `cdk` runs it in the app's directory.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Typescript => "npx tsc && node bin/app.js",
            Self::Python => "python3 app.py",
        }
    }

    pub(super) fn setup(self) -> &'static str {
        match self {
            Self::Typescript => "Node 20 and `npm ci`",
            Self::Python => "Node 20 and, in a virtual environment, `pip install -r requirements.txt`",
        }
    }

    pub(super) fn ignored(self) -> &'static str {
        match self {
            Self::Typescript => "node_modules/\n*.js\n",
            Self::Python => ".venv/\n__pycache__/\n",
        }
    }
}
