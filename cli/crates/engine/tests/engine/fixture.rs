//! An app whose steps run fake tools, and how to build it.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use conjoin_engine::{
    BuildEvent, BuildReport, CancelToken, Environment, ExecuteError, ExecuteOptions, OnFailure, PerformError,
    Performer, Scope, StepLimits, StepOutcome, execute,
};
use conjoin_manifest::ComponentName;
use conjoin_plan::{
    AbsPath, Action, ComposeAction, CopyAction, EncodeAction, FoundIn, FoundTool, Generate, GenerateAction,
    GenerateError, GeneratedFile, Input, Invocation, Keep, Layout, Parallelism, Plan, PrecompileAction, ProbeResults,
    Profile, ProveAction, Step, StepId, Subject, ToolSpec,
};
use conjoin_test_support::TestEnv;
use conjoin_wit::WitFile;

/// What every program in these tests stands for.
pub(crate) static PROGRAM: ToolSpec =
    ToolSpec { parallelism: Some(Parallelism::Jobserver), ..ToolSpec::new("program", "a program") };

/// A generator, for whose results the performer of these tests reads the WIT.
#[derive(Debug)]
pub(crate) struct Anything;

impl Generate for Anything {
    fn fingerprint(&self) -> String {
        "anything".to_owned()
    }

    fn generate(&self, _: &[WitFile], _: &str) -> Result<Vec<GeneratedFile>, GenerateError> {
        Ok(Vec::new())
    }
}

/// What the compiler of most tests does: `cc build SOURCE OUTPUT` copies.
pub(crate) const COMPILER: &str = "when build\n say compiling {2}\n join {3} {2}\n";

/// An app in an environment of its own.
pub(crate) struct Fixture {
    pub(crate) env: TestEnv,
    /// The folder with the fake tools.
    pub(crate) bin: PathBuf,
    pub(crate) layout: Layout,
    pub(crate) cancel: CancelToken,
    pub(crate) jobs: usize,
    pub(crate) memory: Option<u64>,
    pub(crate) on_failure: OnFailure,
    pub(crate) scope: Scope,
    /// What plans are made from, where that counts.
    pub(crate) probed: Option<ProbeResults>,
    pub(crate) store_limit: u64,
    pub(crate) limits: StepLimits,
    pub(crate) progress: bool,
    pub(crate) events: Arc<Mutex<Vec<BuildEvent>>>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let env = TestEnv::new();
        env.fake_tool("cc", COMPILER);
        let layout = layout(env.app(), env.cache());
        let cancel = CancelToken::new().unwrap();
        let bin = env.bin();
        Self {
            env,
            bin,
            layout,
            cancel,
            jobs: 2,
            memory: None,
            on_failure: OnFailure::Continue,
            scope: Scope::App,
            probed: None,
            store_limit: u64::MAX,
            limits: StepLimits { time: None, silence: Duration::from_hours(1), heartbeat: Duration::from_hours(1) },
            progress: false,
            events: Arc::default(),
        }
    }

    /// Writes a file of the app.
    pub(crate) fn write(&self, below: &str, text: &str) {
        fs_err::write(self.file(below), text).unwrap();
    }

    pub(crate) fn read(&self, below: &str) -> String {
        fs_err::read_to_string(self.file(below)).unwrap()
    }

    fn file(&self, below: &str) -> AbsPath {
        let path = self.layout.app.join(below);
        fs_err::create_dir_all(path.parent()).unwrap();
        path
    }

    /// A program on `PATH`, in the app's folder.
    pub(crate) fn invocation(&self, tool: &str, args: &[&str]) -> Invocation {
        let found = FoundTool {
            path: abs(self.bin.join(tool)),
            version: (1, 0, 0),
            says: String::new(),
            found_in: FoundIn::Path,
        };
        Invocation::new(&PROGRAM, &found, &self.layout.app).args(args.iter().copied())
    }

    /// Compiles `NAME.src` to `.conjoin/work/NAME.o`.
    pub(crate) fn compile(&self, name: &str) -> Step {
        let source = self.layout.app.join(format!("{name}.src"));
        let output = self.layout.dot_conjoin().join(format!("work/{name}.o"));
        let invocation = self.invocation("cc", &["build"]).arg(&source).arg(&output);
        Step {
            inputs: vec![Input::File(source)],
            outputs: vec![output],
            keep: Keep::Stored,
            versions: vec!["cc 1.0.0".to_owned()],
            ..step(&format!("{name}/cc"), Action::Run(invocation))
        }
    }

    /// Copies what [`Fixture::compile`] made to the artifact.
    pub(crate) fn copy(&self, name: &str) -> Step {
        let from = self.layout.dot_conjoin().join(format!("work/{name}.o"));
        let to = self.layout.artifact(&ComponentName::parse(name).unwrap());
        Step {
            inputs: vec![Input::File(from.clone())],
            outputs: vec![to.clone()],
            ..step(&format!("{name}/copy"), Action::Copy(CopyAction { from, to }))
        }
    }

    /// Composes artifacts to `.conjoin/build/dev/app.wasm`.
    pub(crate) fn compose(&self, names: &[&str]) -> Step {
        let artifact = |name: &&str| ((*name).to_owned(), self.layout.artifact(&ComponentName::parse(name).unwrap()));
        let components: BTreeMap<String, AbsPath> = names.iter().map(artifact).collect();
        let output = self.layout.composition(&ComponentName::parse("app").unwrap());
        let wiring = conjoin_wit::Wiring::default();
        Step {
            inputs: components.values().cloned().map(Input::File).collect(),
            outputs: vec![output.clone()],
            ..step("app/compose", Action::Compose(ComposeAction { wiring, components, output }))
        }
    }

    /// Two components and their composition.
    pub(crate) fn app_of_two(&self) -> Plan {
        plan(vec![self.compile("a"), self.copy("a"), self.compile("b"), self.copy("b"), self.compose(&["a", "b"])])
    }

    /// Carries out a plan; the events are kept.
    pub(crate) fn build(&self, plan: &Plan) -> BuildReport {
        self.try_build(plan, &mut |_| ()).unwrap()
    }

    /// Carries out a plan; `watch` sees each event when it happens.
    pub(crate) fn try_build(
        &self,
        plan: &Plan,
        watch: &mut dyn FnMut(&BuildEvent),
    ) -> Result<BuildReport, ExecuteError> {
        let environment = Environment::new(self.env.variables());
        let options = ExecuteOptions {
            probed: self.probed.as_ref(),
            layout: &self.layout,
            scope: self.scope,
            environment: &environment,
            jobs: NonZeroUsize::new(self.jobs).unwrap(),
            memory: self.memory,
            on_failure: self.on_failure,
            cancel: &self.cancel,
            limits: self.limits,
            progress: self.progress,
            store_limit: Some(self.store_limit),
        };
        self.env.forget_starts();
        self.events.lock().unwrap().clear();
        execute(plan, &options, &Joiner, &mut |event: BuildEvent| {
            watch(&event);
            self.events.lock().unwrap().push(event);
        })
    }

    /// The first arguments of all programs that the last build started.
    pub(crate) fn started(&self) -> Vec<String> {
        let starts = self.env.starts().into_iter();
        starts
            .map(|start| self.env.redact(&start.args[1..2].join("")))
            .map(|path| path.rsplit('/').next().unwrap().to_owned())
            .collect()
    }

    /// Why steps of the last build were not up to date, as `STEP: REASON`.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let events = self.events.lock().unwrap();
        let mut reasons: Vec<String> = events
            .iter()
            .filter_map(|event| match event {
                BuildEvent::StepFinished { step, reasons, .. } => {
                    Some(reasons.iter().map(move |reason| format!("{step}: {reason}")))
                }
                _ => None,
            })
            .flatten()
            .collect();
        reasons.sort();
        reasons
    }
}

/// Stands for wasm-tools and Wasmtime: joins, and is content.
pub(crate) struct Joiner;

impl Performer for Joiner {
    fn version(&self) -> String {
        "joiner 1".to_owned()
    }

    /// One file for each line `PATH TEXT` of the world.
    fn generate(&self, action: &GenerateAction) -> Result<Vec<GeneratedFile>, PerformError> {
        let text = fs_err::read_to_string(action.wit.join("world.wit"));
        let text = text.map_err(|error| PerformError::new(error.to_string()))?;
        let files = text.lines().filter_map(|line| line.split_once(' '));
        Ok(files.map(|(path, text)| GeneratedFile { path: path.to_owned(), text: text.to_owned() }).collect())
    }

    fn encode(&self, action: &EncodeAction) -> Result<Vec<u8>, PerformError> {
        fs_err::read(&action.module).map_err(|error| PerformError::new(error.to_string()))
    }

    fn strip(&self, component: &AbsPath) -> Result<Vec<u8>, PerformError> {
        fs_err::read(component).map_err(|error| PerformError::new(error.to_string()))
    }

    fn compose(&self, action: &ComposeAction) -> Result<Vec<u8>, PerformError> {
        assert!(action.wiring.entry != "panic", "an invariant does not hold");
        let parts: Result<Vec<_>, _> = action.components.values().map(fs_err::read).collect();
        parts.map(|parts| parts.concat()).map_err(|error| PerformError::new(error.to_string()))
    }

    fn prove(&self, _: &ProveAction, _: &CancelToken) -> Result<(), PerformError> {
        Err(PerformError::new("it says nothing"))
    }

    fn precompile(&self, action: &PrecompileAction, _: &CancelToken) -> Result<(), PerformError> {
        let code = fs_err::copy(action.component.as_path(), action.into.join("code"));
        code.map(drop).map_err(|error| PerformError::new(error.to_string()))
    }
}

pub(crate) fn abs(path: PathBuf) -> AbsPath {
    AbsPath::new(path).unwrap()
}

pub(crate) fn layout(app: PathBuf, cache: PathBuf) -> Layout {
    Layout { app: abs(app), cache: abs(cache), profile: Profile::Dev }
}

/// A step without inputs and outputs.
pub(crate) fn step(id: &str, action: Action) -> Step {
    let component = id.split('/').next().unwrap();
    Step {
        id: StepId(id.to_owned()),
        subject: Subject::Component(ComponentName::parse(component).unwrap()),
        title: "test".to_owned(),
        action,
        inputs: vec![],
        outputs: vec![],
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    }
}

pub(crate) fn plan(steps: Vec<Step>) -> Plan {
    Plan::new(steps).unwrap()
}

/// The outcomes as `STEP OUTCOME`.
pub(crate) fn outcomes(report: &BuildReport) -> Vec<String> {
    report.steps.iter().map(|step| format!("{} {:?}", step.step, step.outcome)).collect()
}

/// Whether each step has this outcome.
pub(crate) fn all(report: &BuildReport, outcome: StepOutcome) -> bool {
    report.steps.iter().all(|step| step.outcome == outcome)
}
