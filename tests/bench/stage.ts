import { startFleet, type Fleet, type Server } from '../support/servers.ts';

/** A fleet of one process, and people enough for every journey. */
export interface Stage extends Omit<Fleet, 'servers'> {
	/** The process that is measured: the last one that was started. */
	readonly server: Server;
	/** Ends the measured process and starts it again with other settings. */
	restart(env?: Record<string, string>): Promise<Server>;
	nextPerson(): number;
}

/** As a customer's installation runs it: every default, behind one proxy that names the caller. */
const SETTINGS = { TAPDONE_TRUSTED_HOPS: '1' };

/** A PostgreSQL database of its own, the demo core, and one process of the production build. */
export async function startStage(env: Record<string, string> = {}): Promise<Stage> {
	const fleet = await startFleet({ count: 0, env: SETTINGS });
	let server: Server | undefined;
	let people = 0;
	const stage: Stage = {
		...fleet,
		get server() {
			if (!server) throw new Error('No process runs.');
			return server;
		},
		async restart(more = {}) {
			await server?.stop();
			server = await fleet.start({ ...env, ...more });
			watch(server);
			return server;
		},
		nextPerson: () => (people += 1)
	};
	try {
		await stage.restart();
	} catch (error) {
		await fleet.close();
		throw error;
	}
	return stage;
}

/** It ends with the run; one that ends by itself takes the run with it, with what it said. */
function watch({ process: child, log }: Server): void {
	const kill = () => child.kill('SIGKILL');
	process.once('exit', kill);
	child.once('exit', (code, signal) => {
		process.off('exit', kill);
		if (code === 0 || signal === 'SIGKILL') return;
		console.error(`The server ended (${code ?? signal}):\n${log().slice(-4000)}`);
		process.exit(1);
	});
}
