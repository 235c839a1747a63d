# For the scripts here that read this in, with `root` set: where the code, its packages and its Node are. In the repository
# the code is TypeScript; in the package, which stands among a project's other packages, it is compiled (bin/build).

if [ -d "$root/rollout" ]; then
  code=$root ending=ts packages=$root/node_modules
else
  code=$root/dist ending=js packages=$(dirname -- "$root")
fi
# The Node that npm installed (`node` in devDependencies), else the PATH's.
node=$packages/.bin/node
[ -x "$node" ] || node=node
# V8's compiled code is kept between runs: it halves the time to start.
: "${NODE_COMPILE_CACHE:=$packages/.cache/rollout}"
export NODE_COMPILE_CACHE

# The PATH's Node may be too old, and would show an error of its loader.
must_be_new() {
  [ "$node" = node ] || return 0
  version=$(node -p process.versions.node 2>/dev/null) || version="no Node at all"
  case $version in
    22.1[89].* | 22.[2-9]?.* | 2[3-9].* | [3-9]?.*) return 0 ;;
  esac
  echo "This needs Node 22.18 or later, and the PATH has $version. npm brings one: npm install --save-dev node" >&2
  exit 1
}
