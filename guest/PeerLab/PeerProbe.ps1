# What a probe sees of Windows around the peer stack, step by step.
# Only definitions: this file is dot-sourced by PeerLab.psm1, which has compiled the C# files.

$script:ProbeRulePrefix = 'PeerLab-Probe-'

function Invoke-StackStep {
    <#
    .SYNOPSIS
    Runs a step and describes what it came to, as StackStep of the contract.
    .PARAMETER Body
    Returns what was seen, one text; a failure is the step's answer.
    #>
    param([Parameter(Mandatory = $true)][string]$Step, [Parameter(Mandatory = $true)][scriptblock]$Body)
    try {
        $seen = [string](& $Body)
        return [PeerLab.StackProbe]::Describe($Step, 'S_OK', $seen, $true)
    }
    catch {
        $failure = ConvertTo-GuestFailure -ErrorRecord $_
        return [PeerLab.StackProbe]::Describe($Step, [string]$failure['code'], [string]$failure['message'], $false)
    }
}

function Get-WindowsStep {
    <#
    .SYNOPSIS
    The steps that are about Windows itself: what is there, and what comes back otherwise than it was written.
    #>
    param()
    Invoke-StackStep -Step 'Windows: peer stack' -Body {
        Assert-PeerStack
        @(Get-ServiceFact | ForEach-Object -Process { '{0} {1} {2}' -f $_.name, $_.status, $_.startType }) -join ', '
    }
    Invoke-StackStep -Step 'Windows: IPv6' -Body {
        $facts = Get-NetworkingFact
        if ($facts['ipv6Addresses'].Count -eq 0) {
            throw (New-PeerFailure -Code 'IPv6Disabled' -Message 'No network adapter has an IPv6 address that is not link-local.' -Hint 'Give the machine an IPv6 address; bind IPv6 to its network adapter.')
        }
        $facts['ipv6Addresses'] -join ', '
    }
    Invoke-StackStep -Step 'Windows: seed policy' -Body {
        $names = Get-SeedPolicyName
        'names {0}: {1}, {2}, {3}' -f $names['Source'], $names['Server'], $names['ExcludeMicrosoft'], $names['NoMulticast']
    }
    Invoke-StackStep -Step 'Windows: firewall rule' -Body { Test-FirewallSpelling }
    Invoke-StackStep -Step 'Windows: PowerShell' -Body {
        '{0} {1}, {2}' -f $PSVersionTable.PSVersion, $ExecutionContext.SessionState.LanguageMode, (Get-ExecutionPolicy)
    }
}

function Test-FirewallSpelling {
    <#
    .SYNOPSIS
    Makes a rule of each family, reads it back and removes it: fails where the comparison would take it for another one.
    #>
    param()
    $examples = @{ IPv4 = '10.80.0.0/24', '10.80.1.7/32'; IPv6 = 'fd5a:9c2e:71b0::/64', 'fd5a:9c2e:71b0:1::7/128' }
    foreach ($family in @('IPv4', 'IPv6')) {
        $name = $script:ProbeRulePrefix + $family
        $rule = ConvertFrom-JsonText -Text (ConvertTo-AsciiJson -Value ([ordered]@{
                    name            = $name
                    displayName     = 'PeerLab probe ({0})' -f $family
                    protocol        = 'TCP'
                    port            = 9
                    family          = $family
                    remoteAddresses = [string[]]$examples[$family]
                    edgeTraversal   = 'Block'
                }))
        try {
            $settings = Get-FirewallRuleSetting -Wanted $rule
            $null = New-NetFirewallRule @settings -DisplayName $rule['displayName'] -ErrorAction Stop
            $present = Get-NetFirewallRule -Name $name -ErrorAction Stop
            if (-not (Test-FirewallRuleMatch -Rule $present -Wanted $rule)) {
                $filter = $present | Get-NetFirewallAddressFilter -ErrorAction Stop
                throw (New-PeerFailure -Code 'Unexpected' -Message ('A rule for {0} comes back as {1}.' -f ($examples[$family] -join ', '), (@($filter.RemoteAddress) -join ', ')) -Hint 'Report it with the build of Windows.')
            }
        }
        finally {
            Remove-NetFirewallRule -Name $name -ErrorAction SilentlyContinue
        }
    }
    'comes back as it was made'
}

function Get-ImageText {
    <#
    .SYNOPSIS
    The image of this machine as Azure tells it: publisher, offer, SKU and exact version; an empty text where it does not.
    #>
    param()
    $publisher = Get-MetadataText -Name 'publisher'
    if (-not $publisher) {
        return ''
    }
    return (@($publisher) + @('offer', 'sku', 'version' | ForEach-Object -Process { Get-MetadataText -Name $_ })) -join ':'
}

function Get-EditionText {
    <#
    .SYNOPSIS
    What this Windows calls itself. The registry's ProductName still says Windows 10 on Windows 11.
    #>
    param()
    $system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
    return ([string]$system.Caption).Trim() -replace '^Microsoft ', ''
}
