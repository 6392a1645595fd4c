//! Where nets are trained: on this processor, or on a graphics processor that the build reaches.
//!
//! Only training goes there. A trained net is plain numbers, which score on this processor whatever
//! device they came from.

use burn::tensor::Device as Place;

/// Kinds of device that may be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// This processor, by our own loops.
    #[default]
    Cpu,
    /// A graphics processor by way of Vulkan, Metal or DirectX.
    Wgpu,
    /// A graphics processor of NVIDIA.
    Cuda,
}

impl Kind {
    /// Its name on the command line, which is that of the cargo feature as well.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Wgpu => "wgpu",
            Self::Cuda => "cuda",
        }
    }
}

/// Why nets cannot be trained on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The program has no code for it.
    #[error(
        "this crossfold was built without {0}; build it with `cargo build --features {0}`, \
         or leave `--device` out"
    )]
    NotBuilt(&'static str),
    /// There is none on this machine.
    #[error("no {0} device is found on this machine: {1}; or leave `--device` out")]
    NotFound(&'static str, &'static str),
}

/// A device that was found, and on which nets can be trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Device(Kind);

impl Device {
    /// This processor, which is always there.
    pub const CPU: Self = Self(Kind::Cpu);

    /// The first device of a kind.
    ///
    /// # Errors
    /// When the program was built without it, or the machine has none.
    pub fn find(kind: Kind) -> Result<Self, Unavailable> {
        let found = match kind {
            Kind::Cpu => true,
            #[cfg(feature = "wgpu")]
            Kind::Wgpu => !Place::enumerate(burn::tensor::DeviceType::Wgpu).is_empty(),
            #[cfg(feature = "cuda")]
            Kind::Cuda => !Place::enumerate(burn::tensor::DeviceType::Cuda).is_empty(),
            #[cfg(not(all(feature = "wgpu", feature = "cuda")))]
            kind => return Err(Unavailable::NotBuilt(kind.name())),
        };
        let remedy = match kind {
            Kind::Cuda => "NVIDIA's driver is missing, or sees none",
            _ => "no driver of Vulkan, Metal or DirectX offers an adapter",
        };
        if found { Ok(Self(kind)) } else { Err(Unavailable::NotFound(kind.name(), remedy)) }
    }

    /// Whether it is this processor.
    pub fn is_cpu(self) -> bool {
        self.0 == Kind::Cpu
    }

    /// Its kind and its own name, as in `cuda: NVIDIA H100 PCIe`; nothing of this processor, of
    /// which records tell anyway.
    pub fn name(self) -> Option<String> {
        #[cfg(any(feature = "wgpu", feature = "cuda"))]
        if !self.is_cpu() {
            let own = self.place().identity().map(|identity| identity.name);
            return Some(format!("{}: {}", self.0.name(), own.as_deref().unwrap_or("unnamed")));
        }
        None
    }

    /// Where the library's tensors lie, without gradients.
    pub(super) fn place(self) -> Place {
        match self.0 {
            #[cfg(feature = "wgpu")]
            Kind::Wgpu => Place::wgpu(burn::tensor::DeviceKind::DefaultDevice),
            #[cfg(feature = "cuda")]
            Kind::Cuda => Place::cuda(0),
            // Devices that the build does not reach are never found.
            _ => Place::flex(),
        }
    }
}

/// Whether tensors at this place are numbers that our own loops can reach.
pub(super) fn is_at_hand(place: &Place) -> bool {
    // Without the features there is no other place, and nothing to ask.
    cfg!(not(any(feature = "wgpu", feature = "cuda")))
        || place.clone().without_autodiff() == Place::flex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_processor_is_always_there_and_goes_without_saying() {
        assert_eq!(Device::find(Kind::Cpu), Ok(Device::CPU));
        assert_eq!(Device::CPU.name(), None);
        assert!(is_at_hand(&Device::CPU.place().autodiff()));
    }

    #[test]
    #[cfg(not(feature = "cuda"))]
    fn what_was_not_built_is_refused_with_the_remedy() {
        let refused = Device::find(Kind::Cuda).unwrap_err().to_string();
        assert_eq!(
            refused,
            "this crossfold was built without cuda; build it with `cargo build --features cuda`, \
             or leave `--device` out"
        );
    }
}
