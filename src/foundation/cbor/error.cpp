#include "foundation/cbor/error.hpp"

namespace qnet::cbor {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::truncated: return "the CBOR item ends too early";
    case Errc::trailing_bytes: return "there are bytes behind the CBOR item";
    case Errc::not_canonical: return "a CBOR number or length is written longer than it need be";
    case Errc::indefinite_length: return "a CBOR item has no stated length";
    case Errc::unsorted_keys: return "the keys of a CBOR map are out of order or repeated";
    case Errc::bad_utf8: return "a CBOR text is not UTF-8";
    case Errc::reserved: return "a CBOR item uses a reserved form";
    case Errc::too_deep: return "a CBOR item is nested too deeply";
    case Errc::too_large: return "a CBOR item is too large";
    case Errc::wrong_type: return "a field of a CBOR message is absent or of another type";
  }
  return "unknown CBOR error";
}

}  // namespace qnet::cbor
