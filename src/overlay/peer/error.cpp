#include "overlay/peer/error.hpp"

namespace qnet::peer {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::not_an_invite: return "this is not an invite: an invite is a link that begins with qnet://";
    case Errc::damaged_invite:
      return "the invite is damaged: copy the whole qnet:// link again, or scan its QR code";
    case Errc::newer_invite: return "the invite was made for a newer QNet: update this program";
    case Errc::forged_invite:
      return "the invite's signature is wrong: ask whoever gave it to you for a new one";
    case Errc::bad_address:
      return "the relay's address must be HOST:PORT, such as relay.example.com:443 or [2001:db8::1]:443";
    case Errc::bad_cover_name: return "the cover name must be a host name, such as www.example.com";
    case Errc::bad_peer_id: return "this is not a peer id: one begins with 12D3KooW";
    case Errc::bad_message: return "the peer sent a message that cannot be understood";
    case Errc::identity_missing:
      return "there is no identity file yet: qnet run makes one in its state directory";
    case Errc::identity_unreadable: return "the identity file cannot be read";
    case Errc::identity_damaged:
      return "the identity file is damaged: restore it from a copy, or remove it to become a new peer";
    case Errc::identity_exposed:
      return "other users may read or change the identity file: run chmod 600 on it";
    case Errc::identity_unwritable: return "the identity file cannot be written";
    case Errc::family_missing: return "there is no such family file: qnet family new FILE makes one";
    case Errc::family_unreadable: return "the family file cannot be read";
    case Errc::family_damaged:
      return "the family file is damaged, or none: copy it again from another of your relays";
    case Errc::family_exposed: return "other users may read or change the family file: run chmod 600 on it";
    case Errc::family_unwritable: return "the family file cannot be written";
    case Errc::family_there:
      return "there is something of that name already, and it was kept: name another file, or remove it";
  }
  return "unknown error of a peer identity or address";
}

}  // namespace qnet::peer
