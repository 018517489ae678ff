//! The languages of CDK apps, and their differences other than the code.

/// A language for apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// TypeScript.
    Typescript,
    /// Python.
    Python,
    /// Java.
    Java,
    /// C#.
    Csharp,
    /// Go.
    Go,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 5] = [Self::Typescript, Self::Python, Self::Java, Self::Csharp, Self::Go];

    /// Its name as a value of `--cdk`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Typescript => "typescript",
            Self::Python => "python",
            Self::Java => "java",
            Self::Csharp => "csharp",
            Self::Go => "go",
        }
    }

    /// Whether the stack is cdk-from-cfn's output.
    pub(super) fn is_converted(self) -> bool {
        match self {
            Self::Typescript | Self::Python | Self::Java => true,
            Self::Csharp | Self::Go => false,
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Typescript => "TypeScript",
            Self::Python => "Python",
            Self::Java => "Java",
            Self::Csharp => "C#",
            Self::Go => "Go",
        }
    }

    /// The command that runs the app; `cdk` runs it in the app's directory.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Typescript => "npx tsc && node bin/app.js",
            Self::Python => "python3 app.py",
            Self::Java => "mvn -e -q compile exec:java",
            Self::Csharp => "dotnet run --project App.csproj",
            Self::Go => "go mod download && go run app.go",
        }
    }

    pub(super) fn setup(self) -> &'static str {
        match self {
            Self::Typescript => "Node 20 and `npm ci`",
            Self::Python => "Node 20 and, in a virtual environment, `pip install -r requirements.txt`",
            Self::Java => "Node 20, a JDK 17 and Maven",
            Self::Csharp => "Node 20 and the .NET SDK 8",
            Self::Go => "Node 20, Go 1.23 and once `go mod tidy`",
        }
    }

    /// The sentence in the README on the origin of the stack.
    pub(super) fn how(self) -> &'static str {
        match self {
            Self::Typescript | Self::Python | Self::Java => {
                "The stack is cdk-from-cfn's output; the app's entry adds what that leaves out."
            }
            Self::Csharp | Self::Go => {
                "The stack is `CfnInclude` of the template; cdk-from-cfn loses parts of it here."
            }
        }
    }

    pub(super) fn ignored(self) -> &'static str {
        match self {
            Self::Typescript => "node_modules/\n*.js\n",
            Self::Python => ".venv/\n__pycache__/\n",
            Self::Java => "target/\n",
            Self::Csharp => "bin/\nobj/\n",
            Self::Go => "app\n",
        }
    }
}
