/** The form in which addresses and passwords are compared with what is known: compatibility forms, small letters. */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase().trim()
