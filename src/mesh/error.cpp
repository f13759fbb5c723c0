#include "mesh/error.hpp"

namespace qnet::mesh {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::not_an_invite: return "this is not an invite: an invite is a link that begins with qnet://";
    case Errc::damaged_invite: return "the invite is damaged: copy the whole qnet:// link again, or scan its QR code";
    case Errc::newer_invite: return "the invite was made for a newer QNet: update this program";
    case Errc::forged_invite: return "the invite's signature is wrong: ask whoever gave it to you for a new one";
    case Errc::bad_address: return "the relay's address must be HOST:PORT";
    case Errc::bad_cover_name: return "the cover name must be a host name, such as www.example.com";
    case Errc::bad_peer_id: return "this is not a peer id";
    case Errc::bad_message: return "the peer sent a message that cannot be understood";
    case Errc::identity_unreadable: return "the identity file cannot be read, or is damaged";
    case Errc::identity_exposed: return "other users can read the identity file: run chmod 600 on it";
    case Errc::identity_unwritable: return "the identity file cannot be written";
  }
  return "unknown mesh error";
}

}  // namespace qnet::mesh
