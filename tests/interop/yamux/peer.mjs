// The other end of yamux_node_test: js-libp2p's yamux on a TCP connection to 127.0.0.1:PORT.
// Each stream that the test opens begins with a letter that says what to do; see `serve`.
import { createHash } from 'node:crypto'
import net from 'node:net'
import { yamux } from '@chainsafe/libp2p-yamux'
import { defaultLogger } from '@libp2p/logger'

const [port, direction] = process.argv.slice(2)

const socket = net.connect(Number(port), '127.0.0.1')
const muxer = yamux()({ logger: defaultLogger() }).createStreamMuxer({ direction, onIncomingStream: accept })

async function * received () {
  for await (const chunk of socket) yield chunk
}

/** Yields a stream's bytes as plain arrays, so that the first one can be looked at. */
async function * bytesOf (stream) {
  for await (const list of stream.source) {
    const bytes = list.subarray()
    if (bytes.length > 0) yield bytes
  }
}

function pattern (size, seed) {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + seed) & 255
  return bytes
}

/** Opens a stream, sends `size` bytes in chunks and checks that the same bytes come back. */
async function echoOnce (size, seed) {
  const stream = muxer.newStream()
  const sent = pattern(size, seed)
  const sending = stream.sink((function * () {
    for (let at = 0; at < size; at += 65536) yield sent.subarray(at, at + 65536)
  })())
  const digest = createHash('sha256')
  let count = 0
  for await (const bytes of bytesOf(stream)) {
    digest.update(bytes)
    count += bytes.length
  }
  await sending
  const expected = createHash('sha256').update(sent).digest('hex')
  if (count !== size || digest.digest('hex') !== expected) throw new Error(`stream ${seed}: ${count} of ${size} bytes`)
}

async function serve (stream) {
  const input = bytesOf(stream)
  const first = (await input.next()).value
  const letter = String.fromCharCode(first[0])
  const rest = first.subarray(1)
  const text = rest.toString()
  const answer = async (result) => stream.sink([Buffer.from(result)])
  if (letter === 'e') { // echo
    await stream.sink((async function * () {
      if (rest.length > 0) yield rest
      yield * input
    })())
  } else if (letter === 'h') { // hash until the end, then answer: the other direction is closed by then
    const digest = createHash('sha256').update(rest)
    let count = rest.length
    for await (const bytes of input) {
      digest.update(bytes)
      count += bytes.length
    }
    await answer(`${count} ${digest.digest('hex')}`)
  } else if (letter === 'a') { // abort
    stream.abort(new Error('as asked'))
  } else if (letter === 'o') { // open COUNT streams at once, SIZE bytes each
    const [count, size] = text.split(' ').map(Number)
    await answer(await Promise.all(Array.from({ length: count }, (_, n) => echoOnce(size, n)))
      .then(() => 'ok', (error) => `failed: ${error.message}`))
  } else if (letter === 'r') { // open a stream, wait for the test's reset
    const other = muxer.newStream()
    other.sink([Buffer.from('x')]).catch(() => {})
    let how = 'ended'
    try {
      for await (const bytes of bytesOf(other)) void bytes
      how = other.status
    } catch (error) {
      how = 'reset'
    }
    await answer(how)
  } else if (letter === 'c') { // count open streams beside this one
    await answer(String(muxer.streams.length - 1))
  } else if (letter === 'g') { // go away
    await answer('bye')
    await muxer.close()
  }
}

function accept (stream) {
  serve(stream).catch((error) => stream.abort(error))
}

socket.on('connect', () => {
  muxer.sink(received()).catch(() => {})
  ;(async () => {
    for await (const chunk of muxer.source) {
      if (!socket.write(chunk.subarray())) await new Promise((resolve) => socket.once('drain', resolve))
    }
    socket.end()
  })().catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
})
socket.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
