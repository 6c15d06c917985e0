import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askedPort } from './ports.ts';

/** What a start leaves for the next one, so that it goes on where the last one ended. */
export interface Memory {
	/** Ports: the links in messages name the app's. */
	app: number;
	core: number;
	/** Bearer token between app and demo core. */
	token: string;
	/** Files whose cases were opened. */
	posted: string[];
	/** Of the staff's accounts, once they are set up. */
	passphrase?: string;
	/** Some customers have been played. */
	played?: true;
}

const pathOf = (data: string): string => join(data, 'demo.json');

/** The memory of a data directory, or that of a first start. */
export function recall(data: string): Memory {
	const fresh: Memory = {
		app: askedPort('TAPDONE_PORT', 3000),
		core: askedPort('DEMO_CORE_PORT', 4100),
		token: randomBytes(24).toString('base64url'),
		posted: []
	};
	try {
		return { ...fresh, ...(JSON.parse(readFileSync(pathOf(data), 'utf8')) as Partial<Memory>) };
	} catch {
		return fresh;
	}
}

export function remember(data: string, memory: Memory): void {
	mkdirSync(data, { recursive: true, mode: 0o700 });
	const draft = `${pathOf(data)}.new`;
	writeFileSync(draft, `${JSON.stringify(memory, null, '\t')}\n`, { mode: 0o600 });
	renameSync(draft, pathOf(data));
}
