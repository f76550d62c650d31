import Type, { type Static } from 'typebox'

/** A mail that was not sent because no mail server is set: the platform administrator reads it here. */
export const OutboxMail = Type.Object({
  id: Type.String(),
  to: Type.String(),
  subject: Type.String(),
  text: Type.String(),
  createdAt: Type.String(),
})
export type OutboxMail = Static<typeof OutboxMail>

export const Outbox = Type.Object({
  /** False when a mail server is set: then nothing waits here. */
  isUsed: Type.Boolean(),
  mails: Type.Array(OutboxMail),
})
export type Outbox = Static<typeof Outbox>
