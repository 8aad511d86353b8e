// A render process that hangs before it is ready.
setInterval(() => {}, 1000);
