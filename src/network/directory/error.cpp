#include "network/directory/error.hpp"

namespace qnet::directory {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::malformed: return "this is not a directory document";
    case Errc::too_large: return "the document is too large";
    case Errc::wrong_signature: return "a signature is not by the key that it names";
    case Errc::clock_skewed: return "it was signed by a clock that is wrong";
    case Errc::replayed: return "its sequence number was used before";
    case Errc::unknown_peer: return "the directory does not have this peer's descriptor";
    case Errc::too_soon: return "this peer registered a moment ago";
    case Errc::full: return "the directory takes no more relays now";
    case Errc::crowded_address: return "too many peers are registered at this address";
    case Errc::private_address: return "the address is none of the public Internet";
    case Errc::expired: return "it has expired";
    case Errc::stale: return "it is older than one that this operator gave before";
    case Errc::wrong_operator: return "it is signed by another operator";
    case Errc::list_mismatch: return "the list is not the one that was signed";
    case Errc::no_agreement: return "too few operators agree";
    case Errc::store_lost: return "the directory's database does not answer";
    case Errc::store_unusable:
      return "the directory's database cannot be used: name another with --directory-store, or restore this "
             "one from a copy";
    case Errc::list_not_kept:
      return "the network's list cannot be kept for the next start; check the state folder's rights and "
             "free space";
    case Errc::bad_database: return "the country database cannot be read";
    case Errc::refused: return "the directory refused";
    case Errc::no_answer: return "the directory gave no answer that can be understood";
  }
  return "unknown directory error";
}

}  // namespace qnet::directory
