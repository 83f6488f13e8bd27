// 142 | edition 2024 | const-generic methods and types, keyed by a constant
struct Ring<const N: usize>([u8; N]);
impl<const N: usize> Ring<N> {
    #[::breaker_runtime::circuit_breaker(key = N, fallback = Self::none::<M>)]
    fn first<const M: usize>(&self, from: usize) -> std::io::Result<[u8; M]> { let mut out = [0; M]; out.copy_from_slice(&self.0[from..from + M]); Ok(out) }
    fn none<const M: usize>(&self, _: usize) -> std::io::Result<[u8; M]> { Ok([0; M]) }
    #[::breaker_runtime::circuit_breaker(key = format!("{N}/{M}"))]
    async fn later<const M: usize>(self) -> std::io::Result<usize> { Ok(M + self.0.len()) }
}
fn main() { let r = Ring([1, 2, 3]); assert_eq!(r.first::<2>(1).unwrap(), [2, 3]); assert_eq!(r.none::<1>(0).unwrap(), [0]); drop(r.later::<1>()); }
