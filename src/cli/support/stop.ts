/** Ends a command line with a message for people; what is open closes by its own exit handlers. */
export function stopWith(message: string, code = 1): never {
	process.stderr.write(`${message}\n`);
	process.exit(code);
}
