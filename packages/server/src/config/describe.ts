import { z } from 'zod';
import { aboutSettings, SETTING_GROUPS, type SettingGroup } from './about-settings.ts';
import { environmentName, type Settings, settingsObject } from './schema.ts';
import { kindFacts } from './setting-kinds.ts';

export interface SettingDescription {
  readonly key: string;
  /** In the environment. */
  readonly name: string;
  readonly group: SettingGroup;
  readonly description: string;
  /** As one would write it, or in words; undefined where there is none. */
  readonly defaultText: string | undefined;
  readonly allowed: string;
  /** Known values that are refused for now. */
  readonly notYet: readonly string[];
  readonly secret: boolean;
}

/** Every setting, in the order of the schema. */
export function describeSettings(): SettingDescription[] {
  return Object.entries(settingsObject.shape).map(([key, leaf]) => {
    const about = aboutSettings.get(leaf);
    const facts = kindFacts.get(leaf.unwrap());
    if (about === undefined || facts === undefined) throw new Error(`the setting ${key} is not described`);
    const written = leaf instanceof z.ZodPrefault ? leaf.def.defaultValue : undefined;
    return {
      key,
      name: environmentName(key),
      group: about.group,
      description: about.description,
      defaultText: about.defaultInWords ?? written,
      ...facts,
    };
  });
}

/** The settings as texts by environment name, for the log; secrets are `***`. */
export function printSettings(settings: Settings): Record<string, string> {
  const values = new Map<string, unknown>(Object.entries(settings));
  const printed: Record<string, string> = {};
  for (const { key, name, secret } of describeSettings()) {
    const value = values.get(key);
    if (value !== undefined) printed[name] = secret ? '***' : printValue(value);
  }
  return printed;
}

function printValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.join(',');
  if (value instanceof Map) return [...value.keys()].join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `docs/configuration.md`. */
export function configurationPage(): string {
  const descriptions = describeSettings();
  const chapters = SETTING_GROUPS.map((group) => {
    const rows = descriptions.filter((description) => description.group === group).map(tableRow);
    return [`## ${group}`, '', '| name | default | allowed | meaning |', '|---|---|---|---|', ...rows].join(
      '\n',
    );
  });
  return `${[INTRODUCTION, ...chapters].join('\n\n')}\n`;
}

const INTRODUCTION = `# Configuration

<!-- Written by \`npm run docs\` from packages/server/src/config/schema.ts: change it there. -->

Every setting is an environment variable. An empty one counts as unset.

- Sizes are bytes, or a number with \`kb\`, \`mb\` or \`gb\` (of 1,024). Times are in the unit that the name says.
- Lists are comma-separated. Relative folders count from the folder where \`npm start\` was typed.
- A wrong value, a folder that cannot be written, or a name that looks like a mistyped one of these keeps the server from
  starting (exit code 78); it says everything that is wrong at once. What another name with one of our prefixes
  (\`CACHE_PORT\`) is for, the server cannot know: it is ignored with a warning.
- What is marked as not in this version is known and refused, so that nothing that is asked for is silently absent.`;

function tableRow({ name, defaultText, allowed, notYet, description, secret }: SettingDescription): string {
  const later = notYet.length === 0 ? '' : ` (not in this version: ${notYet.join(', ')})`;
  const remark = secret ? ' Printed as `***`.' : '';
  const cells = [`\`${name}\``, printDefault(defaultText), `${allowed}${later}`, `${description}${remark}`];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function printDefault(text: string | undefined): string {
  if (text === undefined) return 'none';
  return text.includes(' ') ? text : `\`${text}\``;
}
