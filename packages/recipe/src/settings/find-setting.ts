import type { Setting } from './setting.ts';
import * as table from './table.ts';

/** The name of an output setting. */
export type SettingName = keyof typeof table;

/** Every output setting, by name; they are printed in this order. */
export const SETTINGS: readonly Setting[] = Object.values(table);

/** The setting of that name, as it stands in the URL. */
export function findSetting(name: string): Setting | undefined {
  return SETTINGS_BY_NAME.get(name);
}

const SETTINGS_BY_NAME = new Map(SETTINGS.map((setting) => [setting.name, setting]));
