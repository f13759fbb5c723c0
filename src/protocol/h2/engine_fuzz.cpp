// Whatever a client sends: the server's engine stays within its limits, and answers and forgets what it
// takes.
#include <cstdlib>
#include <vector>

#include "protocol/h2/engine.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const h2::Limits limits;
  h2::Engine engine(h2::Role::server, limits);
  base::ByteQueue out;
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  constexpr std::size_t piece = 512;
  if (!engine.receive(base::bytes_of(preface))) std::abort();
  std::size_t unread = 0;
  for (base::ByteView rest(data, size); !rest.empty();) {
    const auto part = rest.first(std::min(piece, rest.size()));
    rest = rest.subspan(part.size());
    const bool taken = engine.receive(part).has_value();
    while (const auto event = engine.next_event()) {
      if (event->kind != h2::Event::Kind::headers) continue;
      if (engine.headers(event->stream).size() > limits.header_fields) std::abort();
      if (engine.respond(event->stream, {{":status", "200"}}, false)) {
        engine.write(event->stream, part);
        engine.finish(event->stream);
      }
      unread += engine.readable(event->stream);
      engine.release(event->stream);
    }
    if (unread > size) std::abort();
    engine.output(out, 1 << 16);
    out.clear();
    if (!taken) break;
  }
  return 0;
}
