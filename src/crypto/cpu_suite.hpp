// Which of the two cipher families this CPU runs faster.
#pragma once

namespace myqsec::crypto {

/// True where AES runs on instructions of its own (then carry-less multiplication, for GCM, does too).
[[nodiscard]] bool cpu_has_fast_aes() noexcept;

}  // namespace myqsec::crypto
