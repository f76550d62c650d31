import { useState } from 'react'
import { useLanguage } from '../ui/use-language.ts'
import controls from './Controls.module.css'

/** Puts `text` on the clipboard, and says so on its own face. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useLanguage()
  const [copied, setCopied] = useState('')
  const isCopied = copied === text
  return (
    <button
      type="button"
      className={controls.button}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(text))}
    >
      <span aria-live="polite">{isCopied ? t('datasets.copied') : label}</span>
    </button>
  )
}
