import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** One connection through the proxy, with what was asked on it. */
export interface Wire {
	/** Cuts both ends at once. */
	cut(): void;
}

export interface TcpProxy {
	port: number;
	/** Nobody can connect any more, and who is connected is cut. */
	down(): Promise<void>;
	/** Listens again, on the same port. */
	up(): Promise<void>;
	close(): Promise<void>;
}

interface Watched {
	/** Sees what a client sends. `swallow` instead of passing it on ends nothing by itself. */
	onAsk?: (chunk: Buffer, wire: Wire) => void;
	/** Sees what the server answers; `false` keeps it from the client. */
	onAnswer?: (chunk: Buffer, wire: Wire) => boolean | void;
}

/** A small proxy in front of one TCP server, which can be cut, taken down, and looked through. */
export async function startTcpProxy(
	to: { host?: string; port: number },
	{ onAsk, onAnswer }: Watched = {}
): Promise<TcpProxy> {
	const open = new Set<Socket>();
	const carry = (client: Socket) => {
		const server = connect(to.port, to.host ?? '127.0.0.1');
		const wire: Wire = {
			cut() {
				client.resetAndDestroy();
				server.destroy();
			}
		};
		for (const socket of [client, server]) {
			open.add(socket);
			// Either end goes with the other; an error is an end like any other here.
			socket.on('error', () => wire.cut());
			socket.on('close', () => {
				open.delete(socket);
				client.destroy();
				server.destroy();
			});
		}
		client.on('data', (chunk: Buffer) => {
			onAsk?.(chunk, wire);
			if (!server.destroyed) server.write(chunk);
		});
		server.on('data', (chunk: Buffer) => {
			if (onAnswer?.(chunk, wire) !== false && !client.destroyed) client.write(chunk);
		});
	};
	let listener: Server = createServer(carry);
	const listen = async (port: number) => {
		listener.listen(port, '127.0.0.1');
		await once(listener, 'listening');
		const address = listener.address();
		if (typeof address !== 'object' || !address) throw new Error('no port');
		return address.port;
	};
	const port = await listen(0);
	const down = async () => {
		if (!listener.listening) return;
		const closed = once(listener, 'close');
		listener.close();
		for (const socket of open) socket.resetAndDestroy();
		await closed;
	};
	return {
		port,
		down,
		close: down,
		async up() {
			listener = createServer(carry);
			await listen(port);
		}
	};
}
