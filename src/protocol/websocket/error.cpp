#include "protocol/websocket/error.hpp"

namespace qnet::websocket {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_frame: return "the far end sent something that is no WebSocket frame";
    case Errc::answers_unread: return "the far end asks without reading the answers";
  }
  return "unknown WebSocket error";
}

}  // namespace qnet::websocket
