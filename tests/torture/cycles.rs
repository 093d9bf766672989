//! Modules in which names are bound to themselves, by every way that a value is followed.

/// What the modules import.
const HEAD: &str = "\
import subprocess, os, torch, numpy as np, yaml, pickle, keras, requests, ssl, tarfile, shutil
import httpx, paramiko, aiohttp, logging
from subprocess import Popen
from pathlib import Path
from functools import partial
from transformers import AutoModel
from huggingface_hub import hf_hub_download
logger = logging.getLogger()
";

/// Where the bindings (`@`) and the call (`$`) stand.
const PLACES: [(&str, &str); 4] = [
    ("top", "@\n$\n"),
    ("method", "def g(self, x):\n    @\n    $\n"),
    (
        "attribute",
        "class C:\n    x = None\n    def g(self, x=None):\n        @\n        $\n        return self.x\n    def h(self):\n        self.x = C().g(self.x)\n        return C().x.g(self.x)\n",
    ),
    ("function", "def x(x):\n    @\n    $\n    return x(x)\nx = x(x)\n"),
];

/// Bindings of `x` that lead back to it; `|` parts statements.
const BINDINGS: &[&str] = &[
    "x = x.strip()|x = x.lower()",
    "x = x + x",
    "x = f(x)",
    "x = x.y",
    "x = x[0]",
    "x = x or x",
    "x = x if x else x",
    "x = (x)",
    "x = f'{x}{x}'",
    "x = '%s' % x",
    "x = [*x]",
    "x = {**x}",
    "x = x.get('a', x)",
    "y = x|x = y",
    "y = x.strip()|x = y.strip()",
    "x: str = x",
    "x += x",
    "x = x()",
    "x = lambda: x",
    "with x as x: pass",
    "with x.open(x) as x: pass|with x.open(x) as x: pass",
    "for x in x: pass",
    "(x := x)",
    "x, y = y, x",
    "x = os.path.join(x, x)",
    "x = x.format(x)",
    "x = ' '.join(x)",
    "x = dict(x=x)",
    "x = [x for x in x]",
    "self.x = x|x = self.x",
    "self.x = self.x|x = self.x",
    "x = ssl.create_default_context()|x = x",
    "x = tarfile.open(x)|x = x or x",
    "x = x.replace('a', x).split(x)",
    "import x|x = x.x",
    "from x import x|x = x.x",
    "x = getattr(x, 'x')",
    "x = await_(x)",
    "x = str(x)",
    "x = Path(x) / x",
    "x = partial(x, x)",
    "x = int(x)",
    "x = x.encode()",
    "x = yaml.Loader|x = x",
];

/// Statements in which `x` is what a transform follows.
const SINKS: &[&str] = &[
    "subprocess.run(x, shell=True)",
    "subprocess.run(f'a {x} b', shell=True)",
    "subprocess.run('a ' + x, shell=x)",
    "os.system(x)",
    "os.system('a %s' % x)",
    "torch.load(x, weights_only=x)",
    "torch.load(x, **x)",
    "np.load(x, allow_pickle=x)",
    "np.load(x, **x)",
    "yaml.load(x, Loader=x)",
    "yaml.load(x, x)",
    "AutoModel.from_pretrained(x, trust_remote_code=x)",
    "AutoModel.from_pretrained(x, **x)",
    "eval(x)",
    "exec(x)",
    "eval(x.y)",
    "pickle.loads(x)",
    "x.loads(x)",
    "keras.models.load_model(x, safe_mode=x)",
    "keras.models.load_model(x, **x)",
    "requests.get(x, verify=x)",
    "requests.get(x, **x)",
    "x.verify = x",
    "x.check_hostname = x",
    "x.verify_mode = ssl.CERT_NONE",
    "x.verify_mode = x",
    "x.extractall(x)",
    "x.extractall(members=x)",
    "tarfile.open(x).extractall(x)",
    "shutil.unpack_archive(x)",
    "print(x.password)",
    "logger.info(x, x)",
    "password = x",
    "login(password=x)",
    "x = 'hunter2!x'",
    "hf_hub_download(x, revision=x)",
    "httpx.Client(verify=x)",
    "ssl._create_unverified_context(x)",
    "paramiko.SSHClient().set_missing_host_key_policy(x)",
    "x.set_missing_host_key_policy(x)",
    "aiohttp.TCPConnector(ssl=x)",
    "Popen(x, shell=x)",
    "sh(x, shell=True)",
];

/// One of `share` parts of the modules, by their paths.
pub fn modules(share: usize) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (place, around) in PLACES {
        let indent =
            around.split('@').next().unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        for (binding, bound) in BINDINGS.iter().enumerate() {
            let bound = bound.replace('|', &format!("\n{indent}"));
            for (sink, call) in SINKS.iter().enumerate() {
                if (binding + sink) % share == 0 {
                    let text = around.replace('@', &bound).replace('$', call);
                    found.push((format!("{place}/b{binding}/s{sink}.py"), format!("{HEAD}{text}")));
                }
            }
        }
    }
    found
}
