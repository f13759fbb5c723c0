// A ClientHello may come in several TLS records (RFC 8446 §5.1); somebody on the path may have cut it.
#pragma once

#include "foundation/base/bytes.hpp"
#include "protocol/client_hello/clear_records.hpp"

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

/// Puts a hello that was cut into records together again, while it comes. What it has looked at it does not
/// look at again, as a hello may come byte by byte, each in a record and a packet of its own.
class HelloRecords {
 public:
  /// `bytes` is all that has come so far: what it was in the last call, and perhaps more. After `joined` or
  /// `not_hello` this is of no further use. `empty_records` may stand in a row; a server with a lower limit
  /// says something to more of them.
  [[nodiscard]] JoinedHello join(base::ByteView bytes, unsigned empty_records = kEmptyRecords);

  /// Bytes and headers of records looked at in all calls: what the hello has cost.
  [[nodiscard]] std::size_t work() const { return work_; }

 private:
  [[nodiscard]] bool is_refused() const;

  base::Bytes message_;
  std::size_t at_ = 0;     // where the record begins that is not whole yet
  std::size_t taken_ = 0;  // of that record's body, in `message_`
  std::size_t count_ = 0;  // of records before it
  unsigned empty_ = 0;     // the last of those, in a row
  std::size_t work_ = 0;
};

/// The same for all at once.
[[nodiscard]] JoinedHello join_hello_records(base::ByteView bytes, unsigned empty_records = kEmptyRecords);

}  // namespace qnet::client_hello
