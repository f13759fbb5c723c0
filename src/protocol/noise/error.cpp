#include "protocol/noise/error.hpp"

namespace qnet::noise {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::decrypt_failed: return "a message does not open: another key, another handshake, or a forgery";
    case Errc::truncated: return "a message is too short";
    case Errc::too_long: return "a message is longer than Noise allows";
    case Errc::nonce_exhausted: return "a key has sealed as many messages as it may";
    case Errc::bad_key: return "the peer sent a key that no key agreement may use";
    case Errc::out_of_turn: return "a handshake message came out of turn";
  }
  return "unknown Noise error";
}

}  // namespace qnet::noise
