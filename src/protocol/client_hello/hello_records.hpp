// A ClientHello may come in several TLS records (RFC 8446 §5.1); somebody on the path may have cut it.
#pragma once

#include "foundation/base/bytes.hpp"

namespace qnet::client_hello {

struct JoinedHello {
  enum class Status {
    unbroken,  ///< the first record is for parse_client_hello() as it is
    need_more,
    not_hello,
    joined,  ///< `record` is what one record would have been
  };
  Status status;
  base::Bytes record;
  std::size_t consumed = 0;  ///< of the input, when joined
};

/// Puts a hello that was cut into records together again.
[[nodiscard]] JoinedHello join_hello_records(base::ByteView bytes);

}  // namespace qnet::client_hello
