# How a machine finds the global PNRP cloud, by policy.
# Only definitions: this file is dot-sourced by PeerLab.psm1 and put in front of the preparation.

function Get-SeedPolicyName {
    <#
    .SYNOPSIS
    Key and value names of the seed policy of the global cloud, read from the machine's own policy definitions; the
    built-in ones where these are absent.
    #>
    param()
    $names = [ordered]@{
        Key              = 'HKLM:\SOFTWARE\Policies\Microsoft\Peernet\Pnrp\IPv6-Global'
        Server           = 'SeedServer'
        ExcludeMicrosoft = 'DontIncludeMicrosoftSeedServer'
        NoMulticast      = 'DisableMulticastBootstrap'
        Source           = 'built in'
    }
    $file = Join-Path -Path $env:windir -ChildPath 'PolicyDefinitions\P2P-pnrp.admx'
    if (-not (Test-Path -LiteralPath $file)) {
        return $names
    }
    $document = New-Object -TypeName System.Xml.XmlDocument
    $document.XmlResolver = $null
    $null = $document.LoadXml((Get-Content -LiteralPath $file -Raw -Encoding UTF8))
    foreach ($policy in $document.SelectNodes("//*[local-name()='policy']")) {
        $key = $policy.GetAttribute('key')
        if ($key -notmatch '\\Pnrp\\IPv6-Global$') {
            continue
        }
        $server = $policy.SelectSingleNode("*[local-name()='elements']/*[local-name()='text']")
        $exclude = $policy.SelectSingleNode("*[local-name()='elements']/*[local-name()='boolean']")
        if ($null -ne $server -and $null -ne $exclude) {
            $names['Key'] = 'HKLM:\' + $key
            $names['Server'] = $server.GetAttribute('valueName')
            $names['ExcludeMicrosoft'] = $exclude.GetAttribute('valueName')
            $names['Source'] = 'P2P-pnrp.admx'
        }
        if ($policy.GetAttribute('valueName') -match 'MulticastBootstrap') {
            $names['NoMulticast'] = $policy.GetAttribute('valueName')
        }
    }
    return $names
}

function Set-SeedPolicy {
    <#
    .SYNOPSIS
    How this machine finds the cloud: the lab's own seeds, never Microsoft's withdrawn one; multicast only on a seed,
    since without a seed that answers it is the one way left (and Azure carries none).
    .PARAMETER Test
    Says what is not as wanted and changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Seed, [switch]$Test)
    $names = Get-SeedPolicyName
    $noMulticast = 1
    if ($Seed['role'] -ceq 'seed') {
        $noMulticast = 0
    }
    $changes = @(
        Set-RegistryValue -Key $names['Key'] -Name $names['Server'] -Value $Seed['server'] -Type String -Test:$Test
        Set-RegistryValue -Key $names['Key'] -Name $names['ExcludeMicrosoft'] -Value 1 -Type DWord -Test:$Test
        Set-RegistryValue -Key $names['Key'] -Name $names['NoMulticast'] -Value $noMulticast -Type DWord -Test:$Test
    )
    if ($changes.Count -eq 0) {
        return
    }
    $changes | ForEach-Object -Process { '{0} (names {1})' -f $_, $names['Source'] }
    if ($Test) {
        return
    }
    # Nothing documents that the service reads its policy again while it runs.
    if ('Running' -eq (Get-ServiceStatus -Name 'PNRPsvc')) {
        Restart-PnrpService
        Wait-GlobalCloud
    }
}
