// A render process that is lost as soon as it is ready.
process.send({ ready: true }, () => process.exit(1));
