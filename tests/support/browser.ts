import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const SYSTEM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Quiet, alone, and able to start in a container and as root. */
const ARGUMENTS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-dev-shm-usage',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--disable-quic',
	'--no-first-run'
];
const DOWNLOAD_MS = 180_000;

/** Starts the Chromium of this machine; throws with what to do if there is none. */
export function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
	const executablePath = findBrowser();
	if (!executablePath) throw new Error('no Chromium here: npm test installs one');
	return chromium.launch({ executablePath, args: ARGUMENTS, ...options });
}

/**
 * The path of a Chromium that starts, after installing one if there is none: Playwright's, else,
 * on Debian as root, the system's package. Throws when neither works.
 */
export function ensureBrowser(say: (line: string) => void): string {
	const installs: [string, string, string[]][] = [
		['Playwright', 'playwright-core', ['install', 'chromium']],
		['the package list', 'apt-get', ['update', '-q']],
		['the chromium package', 'apt-get', ['install', '-y', '-q', 'chromium']]
	];
	for (const [what, command, parameters] of installs) {
		const found = findBrowser();
		if (found) return found;
		if (command === 'apt-get' && !mayInstallPackages()) break;
		say(`no browser yet: fetching ${what}`);
		try {
			const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
			const timeout = command === 'apt-get' ? DOWNLOAD_MS * 5 : DOWNLOAD_MS;
			execFileSync(command, parameters, { stdio: 'pipe', timeout, env });
		} catch (error) {
			say(`${what}: ${firstLine(error)}`);
		}
	}
	const found = findBrowser();
	if (!found) throw new Error('no Chromium could be installed: install one and run this again');
	return found;
}

function findBrowser(): string | undefined {
	return [...SYSTEM.map(which), ownedByPlaywright()].find((path) => path && starts(path));
}

function which(name: string): string | undefined {
	const folders = (process.env.PATH ?? '').split(':');
	return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}

function ownedByPlaywright(): string | undefined {
	const path = chromium.executablePath();
	return path && existsSync(path) ? path : undefined;
}

/** A downloaded Chromium may lack system libraries: only one that answers counts. */
function starts(path: string): boolean {
	try {
		execFileSync(path, ['--version', '--no-sandbox'], { stdio: 'pipe', timeout: 30_000 });
		return true;
	} catch {
		return false;
	}
}

function mayInstallPackages(): boolean {
	return process.getuid?.() === 0 && which('apt-get') !== undefined;
}

function firstLine(error: unknown): string {
	const { stderr, message } = error as { stderr?: Buffer; message: string };
	return (stderr?.toString().trim() || message).split('\n')[0] ?? '';
}
