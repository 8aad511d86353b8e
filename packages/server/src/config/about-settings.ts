import { z } from 'zod';

/** What the docs say of a setting besides what its kind says. */
export interface AboutSetting {
  readonly group: SettingGroup;
  readonly description: string;
  /** The default in words, where it depends on the machine or on other settings. */
  readonly defaultInWords?: string;
}

/** The chapters of the docs, in their order. */
export const SETTING_GROUPS = [
  'Server',
  'Storage',
  'Cache',
  'Permissions',
  'Limits',
  'Variants',
  'Recipes',
  'Remote pictures',
  'Rendering',
] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** What the docs say of every setting. */
export const aboutSettings = z.registry<AboutSetting>();
