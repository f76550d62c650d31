import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'

/** A mail server on loopback that takes every mail and keeps what it was told. */
export interface SmtpServer {
  url: string
  /** Envelope and text of each mail, as it came. */
  mails: { from: string; to: string[]; data: string }[]
  close(): Promise<void>
}

export async function startSmtpServer({ refuse = false } = {}): Promise<SmtpServer> {
  const mails: SmtpServer['mails'] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    let rest = ''
    let mail = { from: '', to: [] as string[], data: '' }
    let isData = false
    const say = (line: string) => socket.write(`${line}\r\n`)
    const take = (line: string) => {
      if (isData) {
        if (line !== '.') {
          mail.data += `${line.replace(/^\.\./, '.')}\n`
          return
        }
        isData = false
        mails.push(mail)
        mail = { from: '', to: [], data: '' }
        say('250 kept')
      } else if (/^EHLO/i.test(line)) say('250-loopback\r\n250 8BITMIME')
      else if (/^MAIL FROM:/i.test(line)) {
        mail.from = /<(.*?)>/.exec(line)?.[1] ?? ''
        say('250 ok')
      } else if (/^RCPT TO:/i.test(line)) {
        if (refuse) return say('550 nobody here')
        mail.to.push(/<(.*?)>/.exec(line)?.[1] ?? '')
        say('250 ok')
      } else if (/^DATA/i.test(line)) {
        isData = true
        say('354 go on')
      } else if (/^QUIT/i.test(line)) {
        say('221 bye')
        socket.end()
      } else say('250 ok')
      return undefined
    }
    say('220 loopback ESMTP')
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('utf8')).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) take(line)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
