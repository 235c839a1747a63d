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
