import type { DatasetMetadata, DescribedDataset, Words } from '../../../../src/datasets/schema.ts'

/** What people may write about a dataset, as the fields of a form: lists are texts with commas. */
export interface Description {
  titleFr: string
  titleEn: string
  descriptionFr: string
  descriptionEn: string
  publisher: string
  license: string
  licenseUrl: string
  theme: string
  keyword: string
  territory: string
  sector: string[]
}

/** Licences that data of public bodies most often have, with the address of their text. */
export const knownLicences: Record<string, string> = {
  'Licence Ouverte 2.0': 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/',
  'ODbL 1.0': 'https://opendatacommons.org/licenses/odbl/1-0/',
  'CC BY 4.0': 'https://creativecommons.org/licenses/by/4.0/',
  'CC BY-SA 4.0': 'https://creativecommons.org/licenses/by-sa/4.0/',
  'CC0 1.0': 'https://creativecommons.org/publicdomain/zero/1.0/',
}

export const sectors = [
  'marine-renewable-energy',
  'biotechnology',
  'maritime-safety',
  'marinas',
  'marine-engineering',
  'aquaculture',
  'fisheries',
  'maritime-tourism',
  'other',
] as const

export const toForm = ({ title, description, metadata }: DescribedDataset): Description => ({
  titleFr: title.fr,
  titleEn: title.en,
  descriptionFr: description.fr,
  descriptionEn: description.en,
  publisher: metadata.publisher,
  license: metadata.license,
  licenseUrl: metadata.licenseUrl,
  theme: metadata.theme.join(', '),
  keyword: metadata.keyword.join(', '),
  territory: metadata.territory.join(', '),
  sector: [...metadata.sector],
})

const list = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  ),
]

/** Texts in both languages; what was written in one only stands for the other too. */
const words = (fr: string, en: string): Words => ({ fr: fr.trim() || en.trim(), en: en.trim() || fr.trim() })

/** The change to send. A known licence brings the address of its text. */
export function toChange(form: Description): {
  title: Words
  description: Words
  metadata: Partial<DatasetMetadata>
} {
  const license = form.license.trim()
  return {
    title: words(form.titleFr, form.titleEn),
    description: words(form.descriptionFr, form.descriptionEn),
    metadata: {
      publisher: form.publisher.trim(),
      license,
      licenseUrl: form.licenseUrl.trim() || (knownLicences[license] ?? ''),
      theme: list(form.theme),
      keyword: list(form.keyword),
      territory: list(form.territory),
      sector: form.sector,
    },
  }
}
