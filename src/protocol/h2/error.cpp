#include "protocol/h2/error.hpp"

namespace qnet::h2 {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::ended: return "the HTTP/2 connection has ended";
    case Errc::stream_reset: return "the far end broke the HTTP/2 stream off";
    case Errc::protocol: return "the far end does not speak HTTP/2";
    case Errc::refused: return "no further HTTP/2 stream can be opened";
  }
  return "unknown HTTP/2 error";
}

}  // namespace qnet::h2
