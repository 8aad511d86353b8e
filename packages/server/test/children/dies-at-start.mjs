// A render process whose code cannot be loaded.
process.stderr.write('cannot load\n', () => process.exit(1));
