const CHECK_MS = 500

/**
 * Stops this process when the one that started it is gone. npm runs scripts through a shell: a SIGTERM to npm ends
 * npm and the shell but is not passed on to us, and we would serve on unseen, the port and the data folder taken.
 */
export function stopWithParent() {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, CHECK_MS)
  timer.unref()
}
