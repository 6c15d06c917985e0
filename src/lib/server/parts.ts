import type { Logger } from 'pino';
import type { ChannelPort } from './channels/port.ts';
import type { Config } from './config.ts';
import type { Links } from './crypto/links.ts';
import type { Signer } from './crypto/signer.ts';
import type { Vault } from './crypto/vault.ts';
import type { Db } from './db/connect.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Metrics } from './metrics.ts';
import type { Outside } from './outside/port.ts';
import type { RecordsPort } from './records/port.ts';

/** What `app.ts` builds once. A flow takes exactly those it uses: `Pick<Parts, 'db' | 'vault'>`. */
export interface Parts {
	config: Config;
	db: Db;
	vault: Vault;
	links: Links;
	signer: Signer;
	outside: Outside;
	jobs: Jobs;
	records: RecordsPort;
	channels: ChannelPort;
	log: Logger;
	metrics: Metrics;
	/** Ends the process at a named point when the crash matrix asks for it; otherwise does nothing. */
	crash: (point: string) => void;
}
