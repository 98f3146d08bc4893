# Whether this machine can run the peer stack, and how that is known.
# Only definitions: this file is dot-sourced by PeerLab.psm1, which has compiled the C# files.

function Get-ServiceFact {
    <#
    .SYNOPSIS
    The services of the stack that are on this machine.
    #>
    param()
    foreach ($name in @('PNRPsvc', 'p2pimsvc', 'p2psvc', 'PNRPAutoReg')) {
        $service = Get-Service -Name $name -ErrorAction SilentlyContinue
        if ($null -ne $service) {
            [ordered]@{ name = $name; status = [string]$service.Status; startType = [string]$service.StartType }
        }
    }
}

function Assert-PeerStack {
    <#
    .SYNOPSIS
    Fails by name where the stack cannot work on this machine at all; starts nothing.
    #>
    param()
    if (-not (Test-Path -LiteralPath (Join-Path -Path $env:windir -ChildPath 'System32\p2p.dll'))) {
        throw (New-PeerFailure -Code 'P2pLibraryMissing' -Message 'This Windows has no p2p.dll.' -Hint 'Use an image that carries the peer stack, such as Windows 11.')
    }
    foreach ($name in @('PNRPsvc', 'p2pimsvc', 'p2psvc')) {
        if ($null -eq (Get-Service -Name $name -ErrorAction SilentlyContinue)) {
            if (Test-ServerEdition) {
                throw (New-PeerFailure -Code 'PnrpFeatureMissing' -Message ('The service {0} is missing on this server edition.' -f $name) -Hint 'Install the feature PNRP, or use a client image: no server edition is documented to run identities and groups.')
            }
            throw (New-PeerFailure -Code 'PeerServiceMissing' -Message ('The service {0} is missing.' -f $name) -Hint 'Use an image that carries the peer stack.')
        }
    }
    if (1 -eq (Get-RegistryValue -Key $script:PeernetPolicyKey -Name 'Disabled')) {
        throw (New-PeerFailure -Code 'PeerNetworkingDisabledByPolicy' -Message 'A policy turns Microsoft peer-to-peer networking off (Peernet\Disabled is 1).' -Hint 'Take the policy back, or run Set-PeerNetworking.')
    }
    if (Test-IPv6Disabled) {
        throw (New-PeerFailure -Code 'IPv6Disabled' -Message 'The registry switches IPv6 off (Tcpip6\Parameters\DisabledComponents).' -Hint 'Run Set-PeerNetworking and restart the machine.')
    }
    if (@(Get-NetIPAddress -AddressFamily IPv6 -ErrorAction SilentlyContinue | Where-Object -FilterScript { '::1' -ne [string]$_.IPAddress }).Count -eq 0) {
        throw (New-PeerFailure -Code 'IPv6Disabled' -Message 'No network adapter of this machine has an IPv6 address.' -Hint 'Restart the machine if a change of IPv6 is pending; else bind IPv6 to its network adapter.')
    }
}

function Get-CapabilityFact {
    <#
    .SYNOPSIS
    The capability part of the contract's answers; fails only where the logon is at fault.
    #>
    param([switch]$Thorough)
    $stack = [ordered]@{ identity = 'P2pLibraryMissing'; grouping = 'P2pLibraryMissing'; pnrp = 'P2pLibraryMissing' }
    if (Test-Path -LiteralPath (Join-Path -Path $env:windir -ChildPath 'System32\p2p.dll')) {
        # PNRP first: grouping depends on its service.
        $stack['pnrp'] = [PeerLab.PeerCodes]::Name([PeerLab.PeerSession]::ProbePnrp())
        $session = [PeerLab.PeerSession]::new()
        try {
            $stack['grouping'] = [PeerLab.PeerCodes]::Name($session.GroupingResult)
            $stack['identity'] = [PeerLab.PeerCodes]::Name([PeerLab.IdentityFacts]::ProbeStack([bool]$Thorough))
        }
        finally {
            $session.Dispose()
        }
    }
    return [ordered]@{
        languageMode    = [string]$ExecutionContext.SessionState.LanguageMode
        executionPolicy = [string](Get-ExecutionPolicy)
        stack           = $stack
        services        = [object[]]@(Get-ServiceFact)
        networking      = Get-NetworkingFact
    }
}

function Assert-Capability {
    <#
    .SYNOPSIS
    Fails with the first part of the stack that did not answer with success.
    #>
    param([Parameter(Mandatory = $true)][object]$Capability)
    foreach ($part in @('pnrp', 'grouping', 'identity')) {
        $name = [string]$Capability['stack'][$part]
        if ($name -cnotmatch '^(S_|PEER_S_)') {
            throw (New-PeerFailure -Code $name -Message ('The peer stack of this machine does not run: {0} answered {1}.' -f $part, $name) -Hint ([PeerLab.PeerCodes]::Hint($name)))
        }
    }
}
